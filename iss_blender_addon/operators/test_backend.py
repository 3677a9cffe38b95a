"""Tries the backend from the preferences."""

import bpy

from ..jobs.requests import GenerateRequest, generate_job
from ..runtime import INSTALLING, ensure_timer, runtime

TINY = GenerateRequest("a red chair", steps=1, detail=32, views=2)
SECONDS = 120.0


class ISS_OT_test_backend(bpy.types.Operator):
    """Start the backend and generate a tiny shape, which is not kept"""

    bl_idname = "iss.test_backend"
    bl_label = "Test"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is a backend that has nothing else to do."""
        state = runtime()
        busy = "A job is running" if state.queue.is_busy else ""
        why = INSTALLING if state.is_installing else state.problem or busy
        if why:
            cls.poll_message_set(why)
        return not why

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Submit the tiny job; in background mode, wait for it."""
        state = runtime()
        state.test = state.queue.submit(generate_job(TINY))
        state.say("Testing", is_setup=True)
        ensure_timer()
        if bpy.app.background:
            state.queue.wait(state.test, SECONDS)
            state.step()
            self.report({"ERROR"} if state.is_alert else {"INFO"}, state.message)
        return {"FINISHED"}
