"""Installs the backend from the preferences."""

import time

import bpy

from ..folders import CODE, downloads_folder, environment_folder
from ..language import tr
from ..learning.session import learning
from ..preferences import preferences
from ..runtime import ensure_timer, runtime
from ..setup.connection import installing_python
from ..setup.installer import Installer

SECONDS_BETWEEN_LOOKS = 0.1


class ISS_OT_install_backend(bpy.types.Operator):
    """Download and install the backend's Python packages into a folder of their own (about 1.3 GB, 5 GB with CUDA)"""

    bl_idname = "iss.install_backend"
    bl_label = "Install Backend"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether the network may be used and nobody needs the backend meanwhile."""
        why = _refusal()
        if why:
            cls.poll_message_set(why)
        return not why

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start install_deps.py in a process of its own; in background mode, wait for its end."""
        state = runtime()
        device = preferences().device.lower()
        state.restart_when_idle()  # its files are about to be replaced
        try:
            build = device if device in ("cpu", "cuda") else "auto"
            state.installer = Installer(installing_python(), CODE, environment_folder(), downloads_folder(), build)
        except OSError as error:
            self.report({"ERROR"}, tr("The installation does not start: {error}", error=error))
            return {"CANCELLED"}
        state.say("", is_setup=True)
        ensure_timer()
        return self._wait() if bpy.app.background else {"FINISHED"}

    def _wait(self) -> set[str]:
        """Tell how it ended; otherwise it would end with the script, half-way."""
        state = runtime()
        while not state.installer.is_over:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        state.step()
        self.report({"ERROR"} if state.is_alert else {"INFO"}, state.setup_message)
        return {"CANCELLED"} if state.is_alert else {"FINISHED"}


def _refusal() -> str:
    """Return why nothing can be installed now, in one sentence; "" where it can."""
    state = runtime()
    if state.is_installing:
        return "The installation is running"
    if state.batch is not None and not state.batch.is_over:
        return "A batch is running; cancel it first, or wait for its end"
    if state.is_busy or learning().is_busy:
        return "A job is running; cancel it first, or wait for its end"
    return "" if bpy.app.online_access else "Switch on Preferences > System > Network > Allow Online Access first"


class ISS_OT_cancel_install(bpy.types.Operator):
    """Stop the installation; it goes on from there when started again"""

    bl_idname = "iss.cancel_install"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether an installation runs."""
        if not runtime().is_installing:
            cls.poll_message_set("No installation is running")
        return runtime().is_installing

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the installation to stop."""
        runtime().installer.cancel()
        return {"FINISHED"}


class ISS_OT_measure_disk(bpy.types.Operator):
    """Count the disk space of the backend"""

    bl_idname = "iss.measure_disk"
    bl_label = "Measure"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Count in a thread."""
        runtime().measure_disk(environment_folder())
        ensure_timer()
        return {"FINISHED"}
