"""Where the backend is, what is wrong with it, and the installation in a process of its own."""

import hashlib
import json
import sys
import time
from types import SimpleNamespace

import pytest

from iss_blender_addon.setup.backend import Backend, disk_used, environment_python, managed_problem, python_at
from iss_blender_addon.setup.installer import Installer

STEPS = """
import sys, time
print("Environment: x", flush=True)
for number in (1, 2, 3):
    print(f"0:00 [{number}/3] part {number}", flush=True)
    time.sleep(SLEEP)
sys.exit(CODE)
"""


def script(folder, sleep=0.0, code=0, ending=""):
    text = STEPS.replace("SLEEP", str(sleep)).replace("sys.exit(CODE)", f"{ending}\nsys.exit({code})")
    (folder / "install_deps.py").write_text(text, encoding="utf-8")
    return Installer(sys.executable, folder, folder / "env", folder / "downloads")


def wait(installer, seconds=20):
    end = time.monotonic() + seconds
    while not installer.is_over and time.monotonic() < end:
        installer.poll()
        time.sleep(0.01)
    assert installer.is_over


def test_an_installation_tells_its_steps_and_its_end(tmp_path):
    installer = script(tmp_path)
    wait(installer)
    assert installer.succeeded
    assert installer.failure == ""
    assert installer.step == (3, 3, "part 3")


def test_what_pip_downloads_stays_in_our_folder_and_only_until_it_is_installed(tmp_path):
    note = "import os, pathlib; cache = pathlib.Path(os.environ['PIP_CACHE_DIR']); cache.mkdir(exist_ok=True)"
    wait(script(tmp_path, code=2, ending=note))
    assert (tmp_path / "downloads").is_dir()
    wait(script(tmp_path, ending=note))
    assert not (tmp_path / "downloads").exists()


def test_a_failed_one_tells_why_in_one_sentence(tmp_path):
    installer = script(tmp_path, code=2, ending='print("install_deps: The disk is full.", file=sys.stderr)')
    wait(installer)
    assert not installer.succeeded
    assert installer.failure == "The disk is full."


def test_an_environment_that_is_there_is_tried_for_a_person_asks_with_a_reason(tmp_path):
    installer = script(tmp_path, ending="print(*sys.argv[1:])")
    wait(installer)
    assert installer.last_line == f"--env {tmp_path / 'env'} --device auto --repair install"


def test_cancel_ends_it_soon_and_says_so(tmp_path):
    installer = script(tmp_path, sleep=60)
    while installer.step[0] == 0:
        time.sleep(0.01)
    installer.cancel()
    wait(installer)
    assert "cancelled" in installer.failure


def test_one_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("iss_blender_addon.setup.installer.SECONDS_TO_STOP", 0.2)
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"
    deaf += "\nprint('[3/3] deaf', flush=True)\ntime.sleep(60)"
    installer = script(tmp_path, ending=deaf)
    while installer.step[2] != "deaf":
        time.sleep(0.01)
    installer.cancel()
    wait(installer)
    assert not installer.succeeded


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_one_that_ends_while_it_is_cancelled_is_no_mistake(tmp_path, monkeypatch):
    """Its end may not be known yet where another thread waits for it at the same moment."""
    installer = script(tmp_path)
    installer._reader.join()
    monkeypatch.setattr(installer._process, "poll", lambda: None)
    installer.cancel()
    assert installer.was_cancelled


def environment(tmp_path, fingerprint):
    folder = tmp_path / "env"
    python = environment_python(folder)
    python.parent.mkdir(parents=True)
    python.write_text("", encoding="utf-8")
    (folder / "iss-stamp.json").write_text(json.dumps({"requirements": {"base": fingerprint}}), encoding="utf-8")
    return folder


def test_an_environment_is_ready_when_its_stamp_fits(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("torch==1\n", encoding="utf-8")
    right = hashlib.sha256(b"torch==1\n").hexdigest()
    assert "not installed" in managed_problem(tmp_path / "none", tmp_path)
    folder = environment(tmp_path, right)
    assert managed_problem(folder, tmp_path) == ""
    (tmp_path / "requirements" / "base.txt").write_text("torch==2\n", encoding="utf-8")
    assert "another version" in managed_problem(folder, tmp_path)


def test_an_environment_whose_torch_is_being_replaced_is_not_ready(tmp_path):
    folder = environment(tmp_path, "")
    (folder / "iss-stamp.json").write_text(json.dumps({"device": "cuda", "requirements": {"test": ""}}))
    assert "not installed yet" in managed_problem(folder, tmp_path)


def test_a_backend_says_what_is_missing(tmp_path):
    assert "no Python" in Backend(tmp_path / "python", tmp_path).problem
    real = Backend(tmp_path / "python", tmp_path, tmp_path, "cpu")
    real.python.write_text("", encoding="utf-8")
    assert "no model bundle" in real.problem
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert real.problem == ""
    assert real.command[-4:] == ["--device", "cpu", "--bundle", str(tmp_path)]


def test_the_folder_of_an_environment_means_its_python(tmp_path):
    folder = environment(tmp_path, "")
    assert python_at(folder) == environment_python(folder)
    assert python_at(environment_python(folder)) == environment_python(folder)
    assert python_at(tmp_path / "none") == tmp_path / "none"


@pytest.mark.blender
@pytest.mark.parametrize(
    ("chosen", "problem", "is_mended"),
    [
        ({}, "The backend is not installed yet", True),
        ({"backend": "PYTHON"}, "Choose a Python first", False),
        ({"backend": "PYTHON", "python": "/none"}, "There is no Python at", False),
        ({"backend": "PYTHON", "python": sys.executable, "bundle": "/none"}, "holds no model bundle", False),
    ],
)
def test_an_installation_mends_only_what_the_add_on_installs(monkeypatch, tmp_path, chosen, problem, is_mended):
    pytest.importorskip("bpy")
    from iss_blender_addon import preferences as module
    from iss_blender_addon.runtime import refresh_problem, runtime

    monkeypatch.setenv("ISS_ENV", str(tmp_path / "env"))
    monkeypatch.setattr(module, "preferences", lambda: module.DefaultPreferences(**chosen))
    refresh_problem()
    assert problem in runtime().problem
    assert runtime().needs_installation == is_mended
    runtime.cache_clear()


def test_the_worker_sees_our_code_and_no_other_packages_and_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    environment = Backend(tmp_path / "python", tmp_path).environment
    assert environment["PYTHONPATH"] == str(tmp_path)
    assert "PYTHONHOME" not in environment
    assert environment["HF_HUB_OFFLINE"] == "1"


def test_disk_use_counts_every_file(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 1000)
    (tmp_path / "c").write_bytes(b"x" * 24)
    assert disk_used(tmp_path) == 1024


@pytest.mark.parametrize("text", ["a red chair", "x" * 100, "é" * 50, ""])
def test_names_fit_old_blenders(text):
    from iss_blender_addon.shapes.names import name_from

    assert 0 < len(name_from(text).encode()) <= 59


@pytest.mark.blender
def test_on_windows_the_backend_lies_where_paths_stay_short(monkeypatch, tmp_path):
    pytest.importorskip("bpy")
    from iss_blender_addon import folders

    monkeypatch.delenv("ISS_ENV", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert folders.environment_folder() == folders.user_folder() / "env"
    monkeypatch.setattr(folders.sys, "platform", "win32")
    assert folders.environment_folder() == tmp_path / "Local" / "iss-for-blender" / "env"
    monkeypatch.setenv("ISS_ENV", str(tmp_path / "mine"))
    assert folders.environment_folder() == tmp_path / "mine"


@pytest.mark.blender
def test_the_end_of_an_installation_is_told_even_where_it_comes_between_two_looks(client, tmp_path):
    from iss_blender_addon.runtime import runtime

    state = runtime()
    state.disk_bytes = 7
    state.installer = script(tmp_path)
    while not state.installer.is_over:
        time.sleep(0.01)
    assert state.is_busy  # else the timer would end before it tells
    state.step()
    assert state.setup_message == "The backend is installed"
    assert not state.is_installing
    assert state.disk_bytes == 0  # to be measured again


@pytest.mark.blender
@pytest.mark.parametrize(("code", "news"), [(0, "The backend is installed"), (2, "The disk is full.")])
def test_in_background_mode_the_end_of_an_installation_is_waited_for(client, monkeypatch, tmp_path, code, news):
    import bpy

    from iss_blender_addon.operators import install_backend
    from iss_blender_addon.runtime import runtime

    ending = "" if code == 0 else 'print("install_deps: The disk is full.")'
    monkeypatch.setattr(install_backend, "_refusal", lambda: "")
    monkeypatch.setattr(install_backend, "Installer", lambda *_: script(tmp_path, code=code, ending=ending))
    if code == 0:
        assert bpy.ops.iss.install_backend() == {"FINISHED"}
    else:
        with pytest.raises(RuntimeError, match=news):
            bpy.ops.iss.install_backend()
    assert runtime().setup_message == news
    assert not runtime().is_installing


@pytest.mark.blender
def test_the_disk_use_is_shown_as_soon_as_it_is_counted(client, monkeypatch, tmp_path):
    import bpy

    from iss_blender_addon import runtime as module

    redrawn = []
    monkeypatch.setattr(module, "redraw_panels", lambda: redrawn.append(True))
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "torch").write_bytes(b"x" * 1000)
    bpy.ops.iss.measure_disk()
    while module.runtime().is_measuring:
        assert module.pump() is not None or not module.runtime().is_measuring  # the timer goes on until then
    assert module.runtime().disk_bytes == 1000
    assert redrawn


def refused(operator, words):
    assert not operator.poll()
    with pytest.raises(RuntimeError, match=words):
        operator()


def waiting_job():
    from iss_blender_addon.jobs.job import Job
    from iss_blender_addon.runtime import runtime

    runtime().queue.submit(Job("generate", {}))


def paused_batch():
    from iss_blender_addon.batch.batch import Batch, BatchItem
    from iss_blender_addon.runtime import runtime

    runtime().batch = Batch([BatchItem("a box")], is_paused=True)


def running_capture():
    from iss_blender_addon.learning.session import learning

    learning().capturing = SimpleNamespace(cancel=lambda: None)


@pytest.mark.blender
@pytest.mark.parametrize(
    ("begin", "words"), [(waiting_job, "A job is"), (paused_batch, "A batch is"), (running_capture, "A job is")]
)
def test_nothing_is_installed_while_something_needs_the_backend(silent, monkeypatch, begin, words):
    import bpy

    refused(bpy.ops.iss.install_backend, "Allow Online Access")
    begin()
    refused(bpy.ops.iss.install_backend, words)


@pytest.mark.blender
def test_while_the_backend_is_installed_no_worker_is_started(silent, monkeypatch):
    import bpy

    from iss_blender_addon import runtime as module

    state = module.runtime()
    monkeypatch.setattr(state, "installer", SimpleNamespace(kill=lambda: None))
    refused(bpy.ops.iss.text_to_shape, "being installed")
    refused(bpy.ops.iss.test_backend, "being installed")
    module._warm_up()  # asked for just before the installation began
    assert not silent.was_started


@pytest.mark.filterwarnings("ignore:.*blend relative")  # Blender 5 gives no such paths any more
def test_a_path_beside_the_open_file_is_kept_whole(client, tmp_path):
    import bpy

    from iss_blender_addon.folders import ADDON

    addon = bpy.context.preferences.addons.new()
    addon.module = ADDON
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "open.blend"))
    addon.preferences.bundle, addon.preferences.python = "//mine/", "//env/bin/python"
    kept = addon.preferences.bundle, addon.preferences.python
    bpy.context.preferences.addons.remove(addon)
    assert kept == (str(tmp_path / "mine"), str(tmp_path / "env/bin/python"))
