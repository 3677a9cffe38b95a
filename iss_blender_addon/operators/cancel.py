"""Stops what runs."""

import bpy

from ..runtime import ensure_timer, runtime


class ISS_OT_cancel(bpy.types.Operator):
    """Stop generating; the best shape so far is kept"""

    bl_idname = "iss.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether anything runs."""
        if not runtime().queue.is_busy:
            cls.poll_message_set("Nothing is running")
        return runtime().queue.is_busy

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Cancel the running job, all that wait, and the rest of a batch."""
        runtime().cancel_all()
        ensure_timer()
        return {"FINISHED"}


class ISS_OT_release(bpy.types.Operator):
    """End the worker and free its memory; the next generation loads the models again"""

    bl_idname = "iss.release"
    bl_label = "Free Memory"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is an idle worker."""
        if runtime().queue.is_busy:
            cls.poll_message_set("A job is running; cancel it first")
            return False
        if not runtime().queue.has_worker:
            cls.poll_message_set("The worker is not running")
        return runtime().queue.has_worker

    def execute(self, context: bpy.types.Context) -> set[str]:
        """End the worker."""
        runtime().queue.stop()
        return {"FINISHED"}
