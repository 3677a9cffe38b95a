"""Run by hand in a Blender of its own: Install Backend for real, from the zip to the Test button; takes 3 GB.

    python tests/addon/install_way.py ZIP FOLDER

FOLDER takes Blender's user files and, in them, the backend: remove it afterwards. The installation is cancelled while
PyTorch is on its way, then started again; everything that the preferences show on the way is printed.
"""

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

ZIP, FOLDER = sys.argv[1:3]
os.environ["BLENDER_USER_RESOURCES"] = FOLDER  # read when bpy is imported
os.environ.pop("ISS_ENV", None)

import bpy  # noqa: E402

MODULE = "bl_ext.user_default.iss_text_to_shape"
BEGAN = time.monotonic()


def say(text):
    sys.stdout.write(f"{time.monotonic() - BEGAN:6.1f} s  {text}\n")
    sys.stdout.flush()


def runtime():
    return sys.modules[f"{MODULE}.iss_blender_addon.runtime"]


def page():
    """Draw the preferences' page and the first panel; returns the words of bars and labels."""
    preferences = bpy.context.preferences.addons[MODULE].preferences
    layout = MagicMock()
    layout.box = layout.column = layout.row = layout.split = lambda *_, **__: layout
    type(preferences).draw(SimpleNamespace(layout=layout, **{n: getattr(preferences, n) for n in
                           ("backend", "python", "device", "bundle")}), bpy.context)  # fmt: skip
    calls = [call for call in layout.mock_calls if call[0] in ("label", "progress")]
    return [call.kwargs["text"] for call in calls if "text" in call.kwargs]


def pump_until(condition, seconds=900):
    """Do what Blender's timer does, and show the news, until a condition holds."""
    last, longest, end = None, 0.0, time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        began = time.process_time()
        runtime().pump()
        longest = max(longest, time.process_time() - began)
        news = page()
        if news != last:
            say(" | ".join(line for line in news if line not in (last or ())))
        last = news
        time.sleep(0.05)
    assert condition(), page()
    say(f"longest step of the timer: {1000 * longest:.1f} ms of processor time")


def refused(operator):
    """Return why an operator cannot be called now."""
    try:
        operator()
    except RuntimeError as error:
        return str(error).strip()
    raise AssertionError("it was not refused")


bpy.ops.extensions.package_install_files(filepath=ZIP, repo="user_default", enable_on_install=True)
bpy.context.preferences.addons[MODULE].preferences.device = "CPU"
say(refused(lambda: bpy.ops.iss.install_backend()))
bpy.context.preferences.system.use_online_access = True
say(refused(lambda: bpy.ops.iss.test_backend()))
state = runtime().runtime()
say(f"problem: {state.problem}")

bpy.ops.iss.install_backend()
say(refused(lambda: bpy.ops.iss.install_backend()))
pump_until(lambda: any(("torch" in line and "%" in line) or "Installing" in line for line in state.installer.lines))
bpy.ops.iss.cancel_install()
pump_until(lambda: not state.is_installing)
say(f"after the cancel: {state.setup_message}; problem: {state.problem}")
assert "cancelled" in state.setup_message

bpy.ops.iss.install_backend()
pump_until(lambda: not state.is_installing)
say(f"after the retry: {state.setup_message}; problem: {state.problem!r}")
assert not state.problem
bpy.ops.iss.measure_disk()
bpy.ops.iss.test_backend()
pump_until(lambda: state.disk_bytes)
say(f"after the test: {state.setup_message}")
assert "It works" in state.setup_message
page()
elsewhere = [path for path in Path(FOLDER).iterdir() if path.name not in ("config", "extensions", "scripts")]
assert not elsewhere, elsewhere
bpy.ops.preferences.addon_disable(module=MODULE)
say("all is well")
