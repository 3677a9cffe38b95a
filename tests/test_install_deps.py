"""The installer, without network: pip and Python are played by stand-ins; locks and hand-over are real."""

import contextlib
import errno
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "install_deps.py"
CPU, CUDA, PLAIN = "2.13.0+cpu", "2.13.0+cu130", "2.13.0"
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs execve and flock")


@pytest.fixture
def deps(monkeypatch):
    """A fresh copy of the script as a module, on a plain Linux machine without driver."""
    spec = importlib.util.spec_from_file_location("install_deps_under_test", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module, "nvidia_smi_answers", lambda: False)
    monkeypatch.setattr(module, "nvidia_library", lambda: None)
    monkeypatch.delenv("ISS_ENV", raising=False)
    return module


@pytest.fixture
def env(deps, tmp_path):
    """An environment folder with a blank and letters beyond ASCII in its path, not made yet."""
    return deps.Environment(tmp_path / "Zoë's Umgebung 椅子")


class Machine:
    """Plays pip and venv: records the commands, fails or is interrupted at the n-th one."""

    def __init__(self, deps, monkeypatch, versions=(CPU,)):
        self.deps, self.commands, self.fail_at, self.versions, self.asked = deps, [], {}, list(versions), []
        monkeypatch.setattr(deps.Installer, "run", lambda me, *command: self.run(me, command))
        monkeypatch.setattr(deps.Installer, "ask_pip", lambda me, *index: self.ask(index))
        monkeypatch.setattr(deps, "succeeds", lambda command, seconds=60.0: True)
        monkeypatch.setattr(deps, "hand_over", lambda env, arguments, *folder: 7)

    def run(self, installer, command):
        self.commands.append(command)
        if error := self.fail_at.pop(len(self.commands), None):
            raise error
        if "venv" in command:
            make_venv(installer.env)

    def ask(self, index):
        self.asked.append(index)
        version = self.versions[min(len(self.asked), len(self.versions)) - 1]
        return self.deps.TorchBuild((f"torch==={version}", "torchvision===0.28.0"), index)


@pytest.fixture
def machine(deps, monkeypatch):
    return Machine(deps, monkeypatch)


def make_venv(env, version="3.11.7"):
    """Make what looks like a virtual environment with one complete package."""
    env.python.parent.mkdir(parents=True, exist_ok=True)
    env.python.write_text("")
    (env.root / "pyvenv.cfg").write_text(f"home = /usr\nversion = {version}\n")
    package = env.root / "lib" / "python3.11" / "site-packages" / "torch-2.13.0.dist-info"
    package.mkdir(parents=True, exist_ok=True)
    (package / "INSTALLER").write_text("pip")
    library = package.parent / "torch" / "lib" / "libtorch_cpu.so.2"
    library.parent.mkdir(parents=True, exist_ok=True)
    library.write_text("")
    (package / "RECORD").write_text('torch/lib/libtorch_cpu.so.2,sha256=x,0\n"torch/gone, as a .py may be.py",,\n')


def run_main(deps, env, *arguments):
    return deps.main(["--env", str(env.root), *arguments])


def one_sentence(capsys):
    """Return what stderr says, after checking that it is one line without a traceback."""
    text = capsys.readouterr().err
    assert "Traceback" not in text and text.count("\n") == 1 and text.startswith("install_deps: ")
    return text


def test_install_makes_everything_and_a_second_run_starts_nothing(deps, env, machine, capsys):
    assert run_main(deps, env, "install") == 0
    steps = [int(n) for n in re.findall(r"\[(\d+)/6\]", capsys.readouterr().out)]
    assert steps == [1, 2, 3, 4, 5, 6]
    assert ["venv" in c for c in machine.commands] == [True, False, False, False, False]
    torch_step, base_step = machine.commands[2:4]
    assert {"--no-deps", "torch===2.13.0+cpu", "torchvision===0.28.0"} <= set(torch_step)
    assert "torch===2.13.0+cpu" in base_step and str(deps.requirements("base")) in base_step
    machine.commands.clear()
    assert run_main(deps, env, "install") == 0
    assert machine.commands == [] and capsys.readouterr().out == ""


def test_stamp_tells_device_and_versions(deps, env, machine):
    run_main(deps, env, "install", "--extra", "test")
    facts = json.loads((env.root / deps.STAMP).read_text())
    assert facts["device"] == "cpu" and facts["torch"] == CPU and facts["python"] == "3.11.7"
    assert facts["requirements"] == {name: deps.fingerprint(name) for name in ("base", "test")}


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_interrupted_at_any_step_then_run_again(deps, env, machine, capsys, step):
    machine.fail_at = {step: KeyboardInterrupt()}
    assert run_main(deps, env, "install") == 130
    assert "Traceback" not in capsys.readouterr().err
    assert not env.has(deps.Wish())
    assert run_main(deps, env, "install") == 0 and env.has(deps.Wish())


def test_failed_extra_leaves_the_rest_usable(deps, env, machine, capsys):
    run_main(deps, env, "install")
    machine.commands.clear()
    machine.fail_at = {5: deps.Problem("`-m pip install` failed: no network.")}
    assert run_main(deps, env, "install", "--extra", "test") == 2
    assert str(deps.requirements("test")) in machine.commands[4] and "no network" in one_sentence(capsys)
    assert env.has(deps.Wish()) and not env.has(deps.Wish(extras=("test",)))


def another_build(deps, env, machine, monkeypatch, failing):
    """Go from a CPU environment with the tests' packages to CUDA; the n-th command fails."""
    run_main(deps, env, "install", "--extra", "test")
    monkeypatch.setattr(deps, "nvidia_smi_answers", lambda: True)
    machine.versions, machine.fail_at = [CUDA], {len(machine.commands) + number: failing[number] for number in failing}
    return run_main(deps, env, "install", "--device", "cuda")


@pytest.mark.parametrize("step", [2, 3, 4])
def test_while_another_torch_comes_nothing_is_ready_and_no_extra_is_forgotten(
    deps, env, machine, monkeypatch, capsys, step
):
    assert another_build(deps, env, machine, monkeypatch, {step: KeyboardInterrupt()}) == 130
    capsys.readouterr()
    assert run_main(deps, env, "check") == 1 and re.search(r"PyTorch +none", capsys.readouterr().out)
    assert run_main(deps, env, "generate") == 7  # it goes on with what was asked for
    assert env.facts()["torch"] == CUDA and env.has(deps.Wish("cuda", ("test",)))


def test_another_torch_out_of_reach_leaves_all_as_it_was(deps, env, machine, monkeypatch):
    assert another_build(deps, env, machine, monkeypatch, {1: deps.Problem("no network.")}) == 2
    assert env.facts()["torch"] == CPU and env.has(deps.Wish("cpu", ("test",)))


def test_failed_extra_leaves_another_torch_usable(deps, env, machine, monkeypatch):
    assert another_build(deps, env, machine, monkeypatch, {5: deps.Problem("no network.")}) == 2
    assert env.has(deps.Wish("cuda")) and not env.has(deps.Wish(extras=("test",)))
    assert run_main(deps, env, "install", "--extra", "train") == 0
    assert env.has(deps.Wish("cuda", ("test", "train")))


def test_changed_requirements_reinstall_all_extras_that_are_there(deps, env, machine, monkeypatch, tmp_path):
    run_main(deps, env, "install", "--extra", "test")
    lists = tmp_path / "repo" / "requirements"
    lists.mkdir(parents=True)
    for name in ("base", *deps.EXTRAS):
        (lists / f"{name}.txt").write_text(deps.requirements(name).read_text() + "# newer\n")
    monkeypatch.setattr(deps, "ROOT", lists.parent)
    machine.commands.clear()
    assert not env.has(deps.Wish())
    assert run_main(deps, env, "install") == 0
    assert not any("venv" in c for c in machine.commands)
    assert any(str(lists / "test.txt") in c for c in machine.commands)
    assert env.has(deps.Wish(extras=("test",))) and not env.has(deps.Wish(extras=("train",)))


def test_fingerprint_does_not_depend_on_line_ends(deps, monkeypatch, tmp_path):
    (tmp_path / "requirements").mkdir()
    monkeypatch.setattr(deps, "ROOT", tmp_path)
    seen = set()
    for end in (b"\n", b"\r\n"):
        (tmp_path / "requirements" / "base.txt").write_bytes(b"a==1" + end + b"b==2" + end)
        seen.add(deps.fingerprint("base"))
    assert len(seen) == 1


def damage_python(env):
    env.python.unlink()


def damage_half_installed(env):
    next(env.root.glob("lib/*/site-packages/*/INSTALLER")).unlink()


def damage_half_removed(env):
    (env.root / "lib/python3.11/site-packages/~orch").mkdir()


def damage_lost_library(env):
    next(env.root.glob("lib/*/site-packages/torch/lib/*.so*")).unlink()


def damage_old_python(env):
    (env.root / "pyvenv.cfg").write_text("version = 3.9.18\n")


@pytest.mark.parametrize(
    "damage",
    [damage_python, damage_half_installed, damage_half_removed, damage_lost_library, damage_old_python],
)
def test_broken_environment_is_made_anew(deps, env, machine, damage):
    run_main(deps, env, "install")
    (env.root / "left over").mkdir()
    (env.root / deps.STAMP).write_text("{ damaged")
    damage(env)
    machine.commands.clear()
    assert run_main(deps, env, "install") == 0
    assert "venv" in machine.commands[0] and not (env.root / "left over").exists()
    assert env.has(deps.Wish())


def test_a_repair_leaves_alone_what_works(deps, env, machine, capsys):
    run_main(deps, env, "install")
    before = (env.root / deps.STAMP).stat()
    machine.commands.clear()
    assert run_main(deps, env, "install", "--repair") == 0
    assert machine.commands == [] and (env.root / deps.STAMP).stat() == before
    assert "nothing to repair" in capsys.readouterr().out


def test_a_repair_makes_anew_what_lost_a_library_though_its_stamp_fits(deps, env, machine):
    run_main(deps, env, "install", "--extra", "test")
    damage_lost_library(env)
    machine.commands.clear()
    assert run_main(deps, env, "install") == 0 and machine.commands == []
    assert run_main(deps, env, "install", "--repair") == 0
    assert "venv" in machine.commands[0] and env.is_healthy() and env.has(deps.Wish(extras=("test",)))


@pytest.mark.parametrize("failing", ["pip", "import torch, numpy, scipy, safetensors, PIL"])
def test_a_repair_makes_anew_what_no_longer_starts(deps, env, machine, monkeypatch, failing):
    run_main(deps, env, "install")
    machine.commands.clear()
    monkeypatch.setattr(deps, "succeeds", lambda command, seconds=60.0: failing not in command)
    assert run_main(deps, env, "install", "--repair") == 0
    assert "venv" in machine.commands[0] and env.has(deps.Wish())


def test_pip_that_does_not_start_is_broken_too(deps, env, machine, monkeypatch):
    make_venv(env)
    assert env.is_healthy()
    monkeypatch.setattr(deps, "succeeds", lambda command: False)
    assert not env.is_healthy()


def test_a_folder_with_other_files_is_never_emptied(deps, env, machine, capsys):
    env.root.mkdir()
    precious = env.root / "thesis.txt"
    precious.write_text("years of work")
    assert run_main(deps, env, "install") == 2
    assert "other files" in one_sentence(capsys)
    assert precious.read_text() == "years of work" and machine.commands == []


@pytest.mark.parametrize(("free", "arguments", "code"), [
    (3.1, (), 0), (2.9, (), 2), (4.4, ("--extra", "test"), 2), (4.6, ("--extra", "test"), 0),
])  # fmt: skip
def test_disk_is_checked_first(deps, env, machine, monkeypatch, capsys, free, arguments, code):
    monkeypatch.setattr(deps.shutil, "disk_usage", lambda path: SimpleNamespace(free=free * 1e9))
    assert run_main(deps, env, "install", *arguments) == code
    if code:
        assert f"{free} GB free" in one_sentence(capsys) and machine.commands == []


@pytest.mark.parametrize(("version", "good"), [
    ("3.10.13", False), ("3.11.0", True), ("3.12", True), ("3.13.5", True), ("3.14.0", False),
    ("", False), ("3.1", False),
])  # fmt: skip
def test_supported_versions(deps, version, good):
    assert deps.is_supported(version) is good


def test_wrong_python_is_one_sentence(deps, env, machine, monkeypatch, capsys):
    version = namedtuple("version", "major minor")(3, 10)
    monkeypatch.setattr(deps, "sys", SimpleNamespace(**{**vars(sys), "version_info": version}))
    assert run_main(deps, env, "install") == 2
    assert "this is 3.10" in one_sentence(capsys) and not env.root.exists()


def test_folder_that_cannot_be_written(deps, machine, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert deps.main(["--env", str(tmp_path / "file" / "env"), "install"]) == 2
    assert "cannot be written" in one_sentence(capsys)


def registry(value):
    """Play Windows' registry, whose LongPathsEnabled is 0 or 1; None where it was never set."""

    def query(key, name):
        assert (key, name) == ("FileSystem", "LongPathsEnabled")
        if value is None:
            raise FileNotFoundError(2, "no such value")
        return value, 4

    opened = contextlib.nullcontext("FileSystem")
    return SimpleNamespace(HKEY_LOCAL_MACHINE=1, OpenKey=lambda root, path: opened, QueryValueEx=query)


@pytest.mark.parametrize(("value", "is_long"), [(None, False), (0, False), (1, True)])
def test_long_paths_are_what_the_registry_says_and_no_question_elsewhere(deps, monkeypatch, value, is_long):
    assert deps.takes_long_paths()
    monkeypatch.setattr(deps.sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "winreg", registry(value))
    assert deps.takes_long_paths() == is_long


@pytest.mark.parametrize(("letters", "is_long", "code"), [(69, False, 0), (70, False, 2), (70, True, 0)])
def test_a_folder_too_long_for_windows_is_refused_before_anything_is_fetched(
    deps, machine, monkeypatch, tmp_path, capsys, letters, is_long, code
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(deps, "takes_long_paths", lambda: is_long)
    monkeypatch.setattr(deps.Path, "absolute", lambda path: path)  # so that the test's own folder does not count
    assert deps.main(["--env", "x" * letters, "install"]) == code
    assert bool(machine.commands) == (code == 0)
    if code:
        assert "--env" in (told := one_sentence(capsys)) and "LongPathsEnabled" in told


def test_offline(deps, env, machine, tmp_path, capsys):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    assert run_main(deps, env, "--offline", str(wheels), "install") == 2
    assert "no .whl files" in one_sentence(capsys)
    (wheels / "torch-2.13.0-py3-none-any.whl").write_text("")
    assert run_main(deps, env, "--offline", str(wheels), "install") == 0
    for command in machine.commands[1:-1]:
        assert command[command.index("--find-links") + 1] == str(wheels) and "--no-index" in command
        assert deps.PIP not in command


@pytest.mark.parametrize(("platform", "version", "cpu", "cuda"), [
    ("linux", CPU, True, False), ("linux", PLAIN, False, True), ("linux", CUDA, False, True),
    ("win32", PLAIN, True, False), ("win32", CUDA, False, True), ("darwin", PLAIN, True, True),
])  # fmt: skip
def test_what_a_build_is_made_for(deps, monkeypatch, platform, version, cpu, cuda):
    monkeypatch.setattr(deps.sys, "platform", platform)
    build = deps.TorchBuild((f"torch==={version}",))
    assert (build.suits("cpu"), build.suits("cuda")) == (cpu, cuda)


@pytest.mark.parametrize(("driver", "offers", "pinned", "index", "device"), [
    (False, [CPU], CPU, None, "cpu"),  # a CPU wheel is at hand: the outside index is not asked
    (False, [PLAIN, CPU], CPU, "whl/cpu", "cpu"),
    (False, [PLAIN, PLAIN], PLAIN, None, "cpu"),  # the index is out of reach: take what there is
    (True, [PLAIN], PLAIN, None, "cuda"),
    (True, [CPU, CUDA], CUDA, "whl/cu130", "cuda"),
    (True, [CPU, CPU], CPU, None, "cpu"),
])  # fmt: skip
def test_choice_of_the_build(deps, env, monkeypatch, driver, offers, pinned, index, device):
    machine = Machine(deps, monkeypatch, offers)
    monkeypatch.setattr(deps, "nvidia_smi_answers", lambda: driver)
    assert run_main(deps, env, "install") == 0
    assert len(machine.asked) == len(offers)
    assert f"torch==={pinned}" in machine.commands[2]
    asked = [part for part in machine.commands[2] if part.startswith("https:")]
    assert asked == ([deps.TORCH_INDEX.removesuffix("whl/") + index] if index else [])
    assert env.facts()["device"] == device and env.facts()["torch"] == pinned


def test_cuda_without_driver_or_build(deps, env, monkeypatch, capsys):
    Machine(deps, monkeypatch, [CPU])
    assert run_main(deps, env, "install", "--device", "cuda") == 2
    assert "no NVIDIA driver" in one_sentence(capsys)
    monkeypatch.setattr(deps, "nvidia_smi_answers", lambda: True)
    assert run_main(deps, env, "install", "--device", "cuda") == 2
    assert "no CUDA" in one_sentence(capsys)


class Driver:
    """Plays the library of an NVIDIA driver for CUDA `version`, with cards of these compute capabilities."""

    def __init__(self, version, *cards):
        self.version, self.cards = version, cards

    def cuDriverGetVersion(self, answer):
        answer._obj.value = self.version
        return 0

    def cuDeviceGetCount(self, answer):
        answer._obj.value = len(self.cards)
        return 0

    def cuDeviceGet(self, answer, number):
        answer._obj.value = 10 + number
        return 0

    def cuDeviceGetAttribute(self, answer, attribute, device):
        answer._obj.value = self.cards[device - 10][{75: 0, 76: 1}[attribute]]
        return 0


@pytest.mark.parametrize(("driver", "words"), [
    (Driver(13000, (6, 1)), "compute capability 6.1 and 7.5 is needed"),
    (Driver(13010, (5, 2), (7, 0)), "compute capability 7.0 and 7.5 is needed"),
    (Driver(12040, (8, 6)), "it knows CUDA 12 and 13 is needed; update it"),
    (Driver(13000, (6, 1), (7, 5)), ""),
    (Driver(14000, (12, 0)), ""),
    (Driver(0, (0, 0)), ""),  # nothing was to be learned
])  # fmt: skip
def test_cuda_goes_to_cards_and_drivers_that_can_use_it(deps, env, monkeypatch, capsys, driver, words):
    Machine(deps, monkeypatch, [CUDA if not words else CPU])
    monkeypatch.setattr(deps, "nvidia_library", lambda: driver)
    assert run_main(deps, env, "install", "--device", "cuda") == (2 if words else 0)
    assert not words or (words in (said := one_sentence(capsys)) and said.endswith(", or use --device cpu.\n"))
    assert run_main(deps, env, "install") == 0
    assert env.facts()["device"] == ("cpu" if words else "cuda")


def test_the_driver_is_asked_once(deps, env, monkeypatch):
    asked = []
    monkeypatch.setattr(deps, "nvidia_library", lambda: asked.append("library") or Driver(13000, (9, 0)))
    assert deps.choose_device(env, deps.Wish()) == "cuda"
    assert asked == ["library"]


def test_fallback_to_the_large_build_needs_the_large_disk(deps, env, monkeypatch, capsys):
    Machine(deps, monkeypatch, [PLAIN])
    monkeypatch.setattr(deps.shutil, "disk_usage", lambda path: SimpleNamespace(free=5e9))
    assert run_main(deps, env, "install") == 2
    assert "9.0 GB are needed" in one_sentence(capsys)


def test_installed_device_is_kept_unless_another_is_asked_for(deps, env, monkeypatch):
    machine = Machine(deps, monkeypatch, [CPU])
    run_main(deps, env, "install", "--device", "cpu")
    monkeypatch.setattr(deps, "nvidia_smi_answers", lambda: True)
    run_main(deps, env, "install", "--extra", "train")
    assert env.facts()["device"] == "cpu"
    machine.versions = [PLAIN]
    run_main(deps, env, "install", "--device", "cuda")
    assert env.facts()["device"] == "cuda" and env.has(deps.Wish("cuda", ("train",)))


def test_train_goes_without_dependencies(deps, env, machine):
    run_main(deps, env, "install", "--extra", "train")
    command = next(c for c in machine.commands if str(deps.requirements("train")) in c)
    assert "--no-deps" in command


def test_torch_never_differs_between_the_lists(deps):
    pins = re.findall(r"^(torch|torchvision)==", deps.requirements("base").read_text(), re.MULTILINE)
    assert pins == ["torch", "torchvision"]
    others = deps.requirements("test").read_text() + deps.requirements("train").read_text()
    assert not re.search(r"^torch", others, re.MULTILINE)


@pytest.mark.parametrize(("platform", "variable", "below"), [
    ("linux", "XDG_DATA_HOME", ".local/share"), ("win32", "LOCALAPPDATA", "AppData/Local"),
    ("darwin", None, "Library/Application Support"),
])  # fmt: skip
def test_default_folder(deps, monkeypatch, tmp_path, platform, variable, below):
    monkeypatch.setattr(deps.sys, "platform", platform)
    monkeypatch.setattr(deps.Path, "home", classmethod(lambda cls: tmp_path))
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert deps.default_folder() == tmp_path / below / "iss-for-blender" / "env"
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "dä ta"))
        assert deps.default_folder() == tmp_path / "dä ta" / "iss-for-blender" / "env"
    monkeypatch.setenv("ISS_ENV", str(tmp_path / "mine"))
    assert deps.parse(["check"])[0].root == tmp_path / "mine"
    assert deps.parse(["--env", str(tmp_path / "x"), "check"])[0].root == tmp_path / "x"


def test_an_unknown_home_folder_is_told(deps, monkeypatch, capsys):
    def nobody(*_):
        raise RuntimeError("Could not determine home directory.")

    assert deps.main(["--env", "~nobody-of-this-name/env", "check"]) == 2
    for name in ("ISS_ENV", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(deps.Path, "home", nobody)
    assert deps.main(["check"]) == 2
    assert capsys.readouterr().err.count("give the whole path of a folder by --env") == 2


def test_options_before_the_command_are_ours_and_after_it_are_not(deps):
    line = ["--device", "cpu", "generate", "a red armchair", "--device", "cuda", "-o", "Stühle 1.glb", "--", "-h"]
    _, wish, command = deps.parse(line)
    assert wish.device == "cpu" and command == line[2:]
    assert deps.parse(["test", "-k", "a b"])[1].extras == ("test",)
    line = ["install", "--device", "cpu", "--extra", "train", "--extra", "test"]
    assert deps.parse(line)[1] == deps.Wish("cpu", ("test", "train"))


@pytest.mark.parametrize("line", [[], ["--nonsense"], ["install", "more"], ["--device", "tpu", "install"]])
def test_usage_errors_are_exit_code_2(deps, line, capsys):
    with pytest.raises(SystemExit) as stop:
        deps.main(line)
    assert stop.value.code == 2 and "Traceback" not in capsys.readouterr().err


def test_leaking_variables_are_removed(deps, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    monkeypatch.setenv("PIP_PYTHON", "/elsewhere/bin/python")
    monkeypatch.setenv("PIP_ROOT", "/elsewhere")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels")
    environ = deps.clean_environ()
    leaks = {"PYTHONPATH", "PYTHONHOME", "PIP_PYTHON", "PIP_ROOT"}
    assert not leaks & set(environ) and environ["PIP_FIND_LINKS"] == "/wheels"


def test_a_configuration_that_asks_for_the_user_folder_is_overruled(deps, monkeypatch, tmp_path):
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    ask = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--no-deps", "pip"]
    done = subprocess.run(ask, env=deps.clean_environ(), capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def ready(deps, env, tmp_path):
    """A finished environment whose Python is a shell script that shows how it was called and exits with 7."""
    make_venv(env)
    env.python.write_text('#!/bin/sh\npwd\necho "$PYTHONPATH"\nfor word in "$@"; do echo "<$word>"; done\nexit 7\n')
    env.python.chmod(0o755)
    facts = {"python": "3.11.7", "device": "cpu", "requirements": {n: deps.fingerprint(n) for n in ("base", "test")}}
    (env.root / deps.STAMP).write_text(json.dumps(facts))
    return env


def call(ready, folder, *line):
    command = [sys.executable, str(SCRIPT), "--env", str(ready.root), *line]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder, timeout=30)


@posix_only
def test_hand_over_keeps_folder_words_and_exit_code(ready, tmp_path):
    folder = tmp_path / "my sofas ü"
    folder.mkdir()
    done = call(ready, folder, "generate", 'a "red" sofa — 赤い', "-o", "out dir/ü.glb", "--env", "theirs", "--")
    assert done.returncode == 7 and done.stderr == ""
    assert done.stdout.splitlines() == [
        str(folder), str(SCRIPT.parent), "<-P>", "<-m>", "<iss_backend>", "<generate>", '<a "red" sofa — 赤い>', "<-o>",
        "<out dir/ü.glb>", "<--env>", "<theirs>", "<-->",
    ]  # fmt: skip


@posix_only
def test_tests_run_from_the_repository(ready, tmp_path):
    done = call(ready, tmp_path, "test", "-k", "one or two")
    assert done.returncode == 7
    assert done.stdout.splitlines()[0] == str(SCRIPT.parent)
    assert done.stdout.splitlines()[2:] == ["<-P>", "<-m>", "<pytest>", "<-k>", "<one or two>"]


def test_check_reports(deps, env, machine, capsys):
    assert run_main(deps, env, "check") == 1
    assert "not ready" in capsys.readouterr().out and not env.root.exists()
    run_main(deps, env, "install", "--extra", "test")
    capsys.readouterr()
    assert run_main(deps, env, "check") == 0
    lines = capsys.readouterr().out
    assert CPU in lines and re.search(r"test +complete", lines) and re.search(r"train +not installed", lines)


@posix_only
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_it_ends_quietly_where_nobody_reads_on(tmp_path, monkeypatch, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, str(SCRIPT), "--env", str(tmp_path), "check"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=30)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


HOLDER = """
import fcntl, sys, time
file = open(sys.argv[1], "r+")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@posix_only
def test_lock_waits_for_the_living_and_takes_over_from_the_dead(deps, env, monkeypatch, capsys):
    deps.prepare_folder(env, deps.Wish())
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(env.root / deps.LOCK)], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            holder.kill()
            holder.wait()

    monkeypatch.setattr(deps, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    with deps.locked(env):
        assert len(waits) >= 2
    assert capsys.readouterr().out.count("Waiting for another installation") == 1
    holder.stdout.close()


@posix_only
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_that_knows_no_locks_is_told(deps, env, machine, monkeypatch, capsys, number):
    def flock(file, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)
    monkeypatch.setattr(deps, "time", SimpleNamespace(sleep=lambda seconds: pytest.fail("it waits for nobody")))
    assert run_main(deps, env, "install") == 2
    assert f"cannot be locked ({os.strerror(number)}); choose another disk by --env" in one_sentence(capsys)
    assert machine.commands == []


def test_who_waited_does_not_install_again(deps, env, machine, monkeypatch):
    run_main(deps, env, "install")
    machine.commands.clear()
    real, answers = deps.Environment.has, iter([False])
    monkeypatch.setattr(deps.Environment, "has", lambda me, wish: next(answers, None) is None and real(me, wish))
    assert run_main(deps, env, "install") == 0 and machine.commands == []


def test_a_failing_command_gives_its_last_words_and_the_log(deps, env, capsys):
    deps.prepare_folder(env, deps.Wish())
    words = "print('Collecting x'); print('ERROR: no wheel für x'); print('hint'); raise SystemExit(1)"
    with (env.root / deps.LOCK).open() as lock:
        installer = deps.Installer(env, deps.Wish(), deps.Progress(1), lock.fileno())
        with pytest.raises(deps.Problem) as problem:
            installer.run(sys.executable, "-X", "utf8", "-c", words)
    assert "ERROR: no wheel für x" in str(problem.value) and str(env.root / deps.LOG) in str(problem.value)
    assert "\n" not in str(problem.value)
    log = (env.root / deps.LOG).read_text(encoding="utf-8")
    assert log.splitlines() == ["Collecting x", "ERROR: no wheel für x", "hint"]


def test_pip_is_asked_for_exact_versions(deps, env, monkeypatch):
    offers = (("torchvision", "0.28.0"), ("torch", CPU))
    report = {"install": [{"metadata": {"name": name, "version": version}} for name, version in offers]}
    seen = []

    def run(command, **options):
        seen.extend(command)
        return SimpleNamespace(returncode=0, stdout=json.dumps(report), stderr="")

    monkeypatch.setattr(deps.subprocess, "run", run)
    build = deps.Installer(env, deps.Wish(), deps.Progress(1), 0).ask_pip()
    assert build.pins == ("torch===2.13.0+cpu", "torchvision===0.28.0")
    assert {"--dry-run", "--no-deps", "torch==2.13.0", "torchvision==0.28.0"} <= set(seen)
    failed = SimpleNamespace(returncode=1, stderr="w\nERROR: none\n")
    monkeypatch.setattr(deps.subprocess, "run", lambda *a, **o: failed)
    with pytest.raises(deps.Problem, match="ERROR: none"):
        deps.Installer(env, deps.Wish(), deps.Progress(1), 0).ask_pip()


def test_progress_shows_downloads_by_quarters_outside_a_terminal(deps, capsys):
    progress = deps.Progress(2)
    progress.step("torch")
    progress.feed("Collecting torch\n")
    progress.feed("  Downloading torch-2.13.0.whl (183 MB)\n")
    for done in range(0, 101, 5):
        progress.feed(f"Progress {done}000000 of 100000000\n")
    lines = [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["[1/2] torch", "Downloading torch-2.13.0.whl (183 MB)"] + [
        f"{percent} % of 100.0 MB" for percent in (25, 50, 75, 100)
    ]
