"""Stops what runs."""

import bpy
from bpy.props import StringProperty

from ..language import tr
from ..learning.session import learning
from ..runtime import ensure_timer, runtime


class ISS_OT_cancel(bpy.types.Operator):
    """Stop all that runs and waits: generating, a batch, learning; the best shapes so far are kept"""

    bl_idname = "iss.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    job: StringProperty(
        name="Job", description="Key of the one job to stop; empty for all", options={"HIDDEN", "SKIP_SAVE"}
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """Return the tooltip: of a button beside one of several bars another than of Cancel All."""
        return tr("Stop this job alone; the best shape so far is kept") if properties.job else tr(cls.__doc__)

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
        """Cancel the job that is meant, else the running jobs, all that wait, the rest of a batch, and a capture."""
        if self.job:
            runtime().cancel(self.job)
        else:
            runtime().cancel_all()
            learning().cancel()
        ensure_timer()
        return {"FINISHED"}


class ISS_OT_release(bpy.types.Operator):
    """Unload the models, which frees about 1 GB of memory; the next generation loads them again"""

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
            cls.poll_message_set("No models are loaded, so there is nothing to free")
        return runtime().queue.has_worker

    def execute(self, context: bpy.types.Context) -> set[str]:
        """End the worker."""
        runtime().release()
        return {"FINISHED"}
