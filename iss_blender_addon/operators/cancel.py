"""Stops what runs."""

import bpy

from ..learning.session import learning
from ..runtime import ensure_timer, runtime


class ISS_OT_cancel(bpy.types.Operator):
    """Stop generating or learning; the best shape so far is kept"""

    bl_idname = "iss.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether anything runs."""
        is_busy = runtime().queue.is_busy or learning().is_busy
        if not is_busy:
            cls.poll_message_set("Nothing is running")
        return is_busy

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Leave Esc to a playing animation, which it stops."""
        if event.type == "ESC" and context.screen.is_animation_playing:
            return {"PASS_THROUGH"}
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Cancel the running job, all that wait, the rest of a batch, and a capture."""
        runtime().cancel_all()
        learning().cancel()
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
