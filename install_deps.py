"""Make or repair the backend's own Python environment, then run things in it.

    python install_deps.py install [--env DIR] [--device auto|cpu|cuda] [--offline WHEELS] [--extra test|train|evaluate]
                                    [--repair]
    python install_deps.py check                              what is there; exit code 1 where it is not ready
    python install_deps.py test [pytest arguments]            the whole test suite, in the environment
    python install_deps.py generate "a red armchair" -o chair.glb     and every other command of iss_backend

Options of this program stand before the command, those of install and check also behind it. It needs nothing but the
standard library of Python 3.11 to 3.13, starts at once where the environment is up to date, and can be interrupted and
run again at any time.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    import ctypes

ROOT = Path(__file__).resolve().parent
STAMP = "iss-stamp.json"  # in the environment: says what is complete
LOCK = "iss-install.lock"  # held by one installation at a time
LOG = "iss-install.log"  # everything pip said
MARK = "iss-environment"  # this program made the folder, so it may empty it
HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}  # the lock is another's, says the system
EXTRAS = ("test", "train", "evaluate")
PIP = "pip==26.3"  # older ones download whole wheels for a dry run
TORCH_INDEX = "https://download.pytorch.org/whl/"  # builds that PyPI does not carry
TORCH_FOLDER = {"cpu": "cpu", "cuda": "cu130"}  # PyPI's own CUDA build of this torch is 13.0 too
LIBRARY = re.compile(r"\.(so|dll|dylib|pyd)(\.\d+)*$")
TRIAL = "import torch, numpy, scipy, safetensors, PIL"
TRIAL_S = 600.0  # a first start takes minutes where a virus scanner reads every library
OLDEST_DRIVER = 13000  # that knows this CUDA, as cuDriverGetVersion says it
OLDEST_CARD = (7, 5)  # compute capability for which those builds hold kernels: Turing
CAPABILITY = (75, 76)  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
LONGEST_BELOW = 190  # characters below the environment: "\\Lib\\site-packages\\" and the longest of torch's files
LONGEST_PATH = 259  # that Windows takes as it is delivered
GIGABYTES = {"cpu": 3.0, "cuda": 9.0, "test": 1.6, "train": 0.3, "evaluate": 0.1}
LEAKS = {"PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONEXECUTABLE", "PYTHONPLATLIBDIR",
         "__PYVENV_LAUNCHER__",
         "PIP_PYTHON", "PIP_ROOT", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}  # fmt: skip
OURS = {"PYTHONIOENCODING": "utf-8", "PIP_USER": "0"}  # pip's configuration file may ask for --user


class Problem(Exception):
    """Something a person can mend, said in one sentence; exit code 2."""


@dataclass(frozen=True)
class Wish:
    """What the environment shall hold: device "auto", "cpu" or "cuda"; extras; a folder of wheels or None.

    With `repair` it is not enough that the stamp says so: it is tried.
    """

    device: str = "auto"
    extras: tuple[str, ...] = ()
    offline: Path | None = None
    repair: bool = False


@dataclass(frozen=True)
class Environment:
    """The folder of a virtual environment."""

    root: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.root / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def version(self) -> str:
        """Return the Python version it was made with, "" where that is unknown."""
        with contextlib.suppress(OSError):
            text = (self.root / "pyvenv.cfg").read_text(encoding="utf-8")
            return "".join(re.findall(r"^version(?:_info)?\s*=\s*(\d+\.\d+[.\d]*)", text, re.MULTILINE)[:1])
        return ""

    def facts(self) -> dict:
        """Return the stamp's content, {} where there is none or it is damaged."""
        with contextlib.suppress(OSError, ValueError):
            facts = json.loads((self.root / STAMP).read_text(encoding="utf-8"))
            return facts if isinstance(facts, dict) and isinstance(facts.get("requirements"), dict) else {}
        return {}

    def has(self, wish: Wish) -> bool:
        """Tell from the stamp alone, without starting anything, whether everything wished for is there."""
        facts = self.facts()
        held = facts.get("requirements", {})
        right = facts.get("python") == self.version() and wish.device in ("auto", facts.get("device"))
        names = ("base", *wish.extras)
        return right and self.python.exists() and all(held.get(n) == fingerprint(n) for n in names)

    def is_healthy(self) -> bool:
        """Tell whether pip works, the Python is supported, and no package is torn."""
        if not self.python.exists() or not is_supported(self.version()):
            return False
        for site in [*self.root.glob("lib/python*/site-packages"), *self.root.glob("Lib/site-packages")]:
            # pip renames what it is removing to ~name
            if any(site.glob("~*")) or any(is_torn(package) for package in site.glob("*.dist-info")):
                return False
        return succeeds([str(self.python), "-P", "-m", "pip", "--version"])

    def works(self) -> bool:
        """Tell whether it is healthy and its packages can be imported; takes seconds."""
        return self.is_healthy() and succeeds([str(self.python), "-P", "-c", TRIAL], TRIAL_S)


@dataclass(frozen=True)
class TorchBuild:
    """The wheels of torch and torchvision that pip would take: exact pins, and the extra index they need."""

    pins: tuple[str, ...]
    index: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Return torch's version, with the name of its build."""
        return self.pins[0].partition("===")[2]

    def suits(self, device: str) -> bool:
        """Tell whether it is made for the device. PyPI's is CUDA on Linux, CPU on Windows, the only one on macOS."""
        local = self.pins[0].partition("+")[2] or ("cpu" if sys.platform == "win32" else "cuda")
        return sys.platform == "darwin" or (local == "cpu") == (device == "cpu")


class Progress:
    """Prints which step runs, and pip's own news under it, with the time since the start."""

    def __init__(self, total: int) -> None:
        self.total, self.number, self.shown, self.began = total, 0, 0, time.monotonic()
        self.live = sys.stdout.isatty()

    def say(self, text: str, *, passing: bool = False) -> None:
        """Print one line; on a terminal, the next one overwrites a passing one."""
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        line = f"{minutes}:{seconds:02d} {text}"
        print(f"\r{line:<78}" if self.live else line, end="" if self.live and passing else "\n", flush=True)

    def step(self, title: str) -> None:
        """Begin the next step."""
        self.number += 1
        self.say(f"[{self.number}/{self.total}] {title}")

    def feed(self, line: str) -> None:
        """Show one line of pip: downloads with their percentage (quarters outside a terminal), and the unpacking."""
        if counted := re.match(r"Progress (\d+) of (\d+)", line):
            done, size = int(counted[1]), int(counted[2])
            percent = 100 * done // max(size, 1)
            if self.live or (size > 2e7 and percent // 25 > self.shown // 25):
                self.say(f"      {percent} % of {size / 1e6:.1f} MB", passing=True)
            self.shown = percent
        elif line.strip().startswith(("Downloading ", "Installing collected", "Building wheel")):
            self.shown = 0
            self.say(f"      {line.strip()[:70]}", passing="Installing" not in line)


@dataclass(frozen=True)
class Installer:
    """Carries out one installation while it holds the lock (a file descriptor)."""

    env: Environment
    wish: Wish
    progress: Progress
    lock: int

    def run(self, *command: str) -> None:
        """Run a command, its output to the log and summarised to the terminal; raise Problem where it fails.

        The child holds the lock too (POSIX): where this process is killed, the next one waits until pip has ended.
        """
        log, said = self.env.root / LOG, []
        inherit = {"pass_fds": (self.lock,)} if os.name == "posix" else {}
        with log.open("a", encoding="utf-8") as file, subprocess.Popen(
            command, env=clean_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", **inherit,
        ) as process:  # fmt: skip
            try:
                for line in process.stdout:
                    file.write(line)
                    said.append(line)
                    self.progress.feed(line)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise Problem(f"`{' '.join(command[2:5])}` failed: {last_words(said)} (everything it said: {log}).")

    def pip(self, *arguments: str) -> list[str]:
        """Return the command for pip install in the environment."""
        source = ["--no-index", "--find-links", str(self.wish.offline)] if self.wish.offline else []
        return [str(self.env.python), "-P", "-m", "pip", "install", "--no-input", *source, *arguments]

    def ask_pip(self, *index: str) -> TorchBuild:
        """Ask pip, by a dry run, which wheels of torch and torchvision it would take; raise Problem where none."""
        names = re.findall(r"^torch(?:vision)?==\S+", requirements("base").read_text(encoding="utf-8"), re.MULTILINE)
        ask = self.pip("--quiet", "--dry-run", "--no-deps", "--ignore-installed", "--report", "-", *index, *names)
        answer = subprocess.run(ask, env=clean_environ(), capture_output=True, encoding="utf-8", errors="replace")
        if answer.returncode:
            raise Problem(f"pip finds no PyTorch for this Python: {last_words(answer.stderr.splitlines())}.")
        items = [item["metadata"] for item in json.loads(answer.stdout)["install"]]
        return TorchBuild(tuple(sorted(f"{item['name']}==={item['version']}" for item in items)), index)

    def choose_torch(self, device: str) -> TorchBuild:
        """Return the build for the device: pip's own choice if it suits, else PyTorch's index, else what there is."""
        plain = self.ask_pip()
        if plain.suits(device):
            return plain
        index = ("--extra-index-url", TORCH_INDEX + TORCH_FOLDER[device])
        other = plain if self.wish.offline else self.ask_pip("--retries", "0", "--timeout", "5", *index)
        if other.suits(device):
            return TorchBuild(other.pins, index)
        if self.wish.device == "cuda":
            raise Problem(f"Only {plain.pins[0]} is within reach, which has no CUDA; use --device cpu.")
        self.progress.say(f"PyTorch's {device} build is out of reach: taking {plain.pins[0]} instead.")
        check_disk(self.env, "cpu" if device == "cuda" else "cuda", self.wish.extras)
        return plain

    def download(self, *arguments: str) -> None:
        """Run pip install, with news of how far its downloads are."""
        bar = [] if self.wish.offline else ["--progress-bar", "raw"]
        self.run(*self.pip(*bar, *arguments))

    def add(self, name: str, build: TorchBuild) -> None:
        """Install what a requirements file lists; torch is pinned exactly, so that nothing replaces its build."""
        self.progress.step(f"requirements/{name}.txt")
        # train.txt says itself why it goes without dependencies
        also = ["--no-deps"] if name == "train" else [*build.pins, "-r", str(requirements("base"))]
        self.download(*also, "-r", str(requirements(name)))

    def stamp(self, facts: dict) -> None:
        """Write the stamp, whole or not at all."""
        draft = self.env.root / f"{STAMP}.draft"
        draft.write_text(json.dumps(facts, indent=1), encoding="utf-8")
        draft.replace(self.env.root / STAMP)

    def fill(self, device: str, extras: tuple[str, ...], *, new: bool) -> None:
        """Carry out all steps; the stamp says at any time what is complete, and which extras shall be."""
        step = self.progress.step
        if new:
            step("virtual environment")
            maker = getattr(sys, "_base_executable", None) or sys.executable  # not another environment's
            self.run(maker, "-I", "-m", "venv", str(self.env.root))
        if not self.wish.offline:
            step(PIP)
            self.run(*self.pip("--quiet", PIP))
        step(f"which PyTorch ({device})")
        build, before = self.choose_torch(device), self.env.facts()
        held = dict.fromkeys(extras, "")
        if before.get("torch") == build.version:
            held |= before["requirements"]
        else:  # while pip replaces torch nothing works
            self.stamp({"device": device, "requirements": held})
        step(" ".join(build.pins).replace("===", " "))
        self.download("--no-deps", *build.index, *build.pins)
        self.add("base", build)
        step("trying it")
        self.run(str(self.env.python), "-P", "-c", TRIAL)
        got = device if build.suits("cuda") else "cpu"
        held["base"] = fingerprint("base")
        facts = {"python": self.env.version(), "device": got, "torch": build.version, "requirements": held}
        self.stamp(facts)
        for name in extras:
            self.add(name, build)
            held[name] = fingerprint(name)
            self.stamp(facts)
        self.progress.say("ready")


def requirements(name: str) -> Path:
    """Return the file that lists the packages of "base", "test" or "train"."""
    return ROOT / "requirements" / f"{name}.txt"


def fingerprint(name: str) -> str:
    """Return the SHA-256 of a requirements file, the same with every kind of line end."""
    return hashlib.sha256(requirements(name).read_text(encoding="utf-8").encode()).hexdigest()


def is_supported(version: str) -> bool:
    """Tell whether the pinned packages exist for this Python version."""
    return re.match(r"3\.1[123]\b", version) is not None


def is_torn(package: Path) -> bool:
    """Tell of a package, by its .dist-info folder, whether an interruption or a virus scanner left only a part of it.

    pip itself does not notice a lost library: it says "already satisfied".
    """
    record = package / "RECORD"
    # pip writes INSTALLER after all files of a package, and RECORD last
    if not (package / "INSTALLER").exists() or not record.exists():
        return True
    with record.open(encoding="utf-8", newline="") as file:
        return any(LIBRARY.search(name) and not (package.parent / name).exists() for name, *_ in csv.reader(file))


def succeeds(command: list[str], seconds: float = 60.0) -> bool:
    """Tell whether a command ends well within some seconds."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(command, env=clean_environ(), capture_output=True, timeout=seconds).returncode == 0
    return False


def last_words(lines: Iterable[str]) -> str:
    """Return the last three lines that tell an error, on one line."""
    lines = [line.strip() for line in lines if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    return " | ".join(errors[-3:]) or "it said nothing"


def clean_environ() -> dict[str, str]:
    """Return the process environment without what would lead Python or pip to other packages."""
    return {k: v for k, v in os.environ.items() if k.upper() not in LEAKS} | OURS


def default_folder() -> Path:
    """Return ISS_ENV, else `iss-for-blender/env` in the person's data folder of this operating system."""
    name, usual = {"win32": ("LOCALAPPDATA", "AppData/Local"), "darwin": ("", "Library/Application Support")}.get(
        sys.platform, ("XDG_DATA_HOME", ".local/share")
    )
    base = Path(os.environ.get(name) or Path.home() / usual)
    return Path(os.environ.get("ISS_ENV") or base / "iss-for-blender" / "env")


def takes_long_paths() -> bool:
    """Tell whether paths may be longer than LONGEST_PATH: on Windows only where a person has switched that on."""
    if sys.platform != "win32":
        return True
    import winreg  # not elsewhere

    with (
        contextlib.suppress(OSError),  # an older Windows does not know the value
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key,
    ):
        return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    return False


def nvidia_library() -> ctypes.CDLL | None:
    """Return the NVIDIA driver's library, ready to be asked; None where there is none or it does not answer."""
    import ctypes  # only needed here; keeps the usual start short

    if sys.platform != "darwin":
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
            return library if library.cuInit(0) == 0 else None
    return None


def nvidia_smi_answers() -> bool:
    """Tell whether the NVIDIA driver's own program runs: a driver may be there whose library is not found."""
    return sys.platform != "darwin" and succeeds(["nvidia-smi", "-L"])


def ask_driver(library: ctypes.CDLL, function: str, *arguments: int) -> int:
    """Return the whole number that a function of the driver's library gives; 0 where it fails."""
    import ctypes

    answer = ctypes.c_int(0)
    failed = getattr(library, function)(ctypes.byref(answer), *arguments)
    return 0 if failed else answer.value


def best_card(library: ctypes.CDLL) -> tuple[int, ...]:
    """Return the highest compute capability of the cards, () where there are none."""
    cards = [ask_driver(library, "cuDeviceGet", n) for n in range(ask_driver(library, "cuDeviceGetCount"))]
    known = [tuple(ask_driver(library, "cuDeviceGetAttribute", part, card) for part in CAPABILITY) for card in cards]
    return max(known, default=())


def cuda_obstacle() -> str:
    """Return why the CUDA build cannot work here and what to do, "" where nothing is known against it."""
    library = nvidia_library()
    if library is None:
        return "" if nvidia_smi_answers() else "no NVIDIA driver answers here; install it"
    version, card = ask_driver(library, "cuDriverGetVersion"), best_card(library)
    if (0, 0) < card < OLDEST_CARD:
        has, needs = ("{}.{}".format(*capability) for capability in (card, OLDEST_CARD))
        return f"the NVIDIA card here has compute capability {has} and {needs} is needed; use a newer card"
    if 0 < version < OLDEST_DRIVER:
        has, needs = version // 1000, OLDEST_DRIVER // 1000
        return f"the NVIDIA driver here is too old, it knows CUDA {has} and {needs} is needed; update it"
    return ""


def choose_device(env: Environment, wish: Wish) -> str:
    """Return "cpu" or "cuda": what was asked for, else what is installed, else what the machine can use."""
    if wish.device == "cuda" and (obstacle := cuda_obstacle()):
        raise Problem(f"CUDA was asked for but {obstacle}, or use --device cpu.")
    known = env.facts().get("device") if wish.device == "auto" else wish.device
    return known or ("cpu" if cuda_obstacle() else "cuda")


def check_disk(env: Environment, device: str, extras: tuple[str, ...]) -> None:
    """Raise Problem where the disk cannot take what is still missing."""
    there = sum(f.lstat().st_size for f in env.root.rglob("*") if f.is_symlink() or f.is_file()) / 1e9
    needed = GIGABYTES[device] + sum(GIGABYTES[name] for name in extras) - there
    free = shutil.disk_usage(env.root).free / 1e9
    if free < needed:
        raise Problem(f"{env.root} has {free:.1f} GB free, {needed:.1f} GB are needed; choose another disk by --env.")


def prepare_folder(env: Environment, wish: Wish) -> None:
    """Check what can be checked beforehand, and make the folder, marked as ours where it was empty."""
    found = "{}.{}".format(*sys.version_info)
    if not is_supported(found) or sys.maxsize < 2**32:
        raise Problem(f"A 64-bit Python 3.11 to 3.13 is needed, this is {found}; run install_deps.py with another.")
    longest = LONGEST_PATH - LONGEST_BELOW
    if len(str(env.root)) > longest and not takes_long_paths():
        raise Problem(
            f"{env.root} has more than the {longest} letters that Windows leaves for it; choose a shorter folder by "
            "--env or the variable ISS_ENV, or switch on LongPathsEnabled in the registry."
        )
    if wish.offline and not any(wish.offline.glob("*.whl")):
        raise Problem(f"The folder {wish.offline} of --offline holds no .whl files; fill it with `pip download`.")
    try:
        env.root.mkdir(parents=True, exist_ok=True)
        if not any(env.root.iterdir()):
            (env.root / MARK).write_text("Made by install_deps.py, which may empty it.\n", encoding="utf-8")
        (env.root / LOCK).open("a").close()
    except OSError as error:
        raise Problem(f"{env.root} cannot be written ({error.strerror}); choose another folder by --env.") from error


def empty_folder(env: Environment) -> None:
    """Remove a broken environment, stamp first; raise Problem where the folder is not ours or is in use."""
    others = [child for child in env.root.iterdir() if child.name not in (MARK, LOCK, LOG)]
    if others and not (env.root / MARK).exists():
        raise Problem(f"{env.root} holds other files or a broken environment; choose an empty folder by --env.")
    try:
        (env.root / STAMP).unlink(missing_ok=True)
        for child in others:
            is_folder = child.is_dir() and not child.is_symlink()
            shutil.rmtree(child) if is_folder else child.unlink(missing_ok=True)
    except OSError as error:
        raise Problem(f"{error.filename} cannot be removed ({error.strerror}); end what uses it.") from error


def try_lock(file: TextIO) -> bool:
    """Take the lock of an open file if it is free; the system frees it when its holder ends, however it ends.

    Raises:
        Problem: its file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in HELD:
            raise Problem(f"{file.name} cannot be locked ({error.strerror}); choose another disk by --env.") from error
        return False
    return True


@contextlib.contextmanager
def locked(env: Environment) -> Iterator[int]:
    """Hold the environment's lock, waiting with a message while another has it; yields its file descriptor."""
    with (env.root / LOCK).open("r+", encoding="utf-8") as file:
        waiting = False
        while not try_lock(file):
            if not waiting:
                print(f"Waiting for another installation in {env.root} to end ...", flush=True)
            waiting = True
            time.sleep(0.2)
        yield file.fileno()


def ensure(env: Environment, wish: Wish) -> None:
    """Make or repair the environment unless it already has everything wished for."""
    if env.has(wish) and not wish.repair:
        return
    prepare_folder(env, wish)
    with locked(env) as lock:
        if env.has(wish) and not (wish.repair and is_broken(env)):
            return  # there is nothing to repair, or the installation we waited for has done it
        device = choose_device(env, wish)
        extras = tuple(e for e in EXTRAS if e in wish.extras or e in env.facts().get("requirements", {}))
        new = env.has(wish) or not env.is_healthy()  # what is complete and still broken, pip cannot mend
        print(f"Environment: {env.root} (log: {LOG})", flush=True)
        if new:
            empty_folder(env)
        check_disk(env, device, extras)
        (env.root / LOG).unlink(missing_ok=True)
        progress = Progress(4 + len(extras) + new + (not wish.offline))
        Installer(env, wish, progress, lock).fill(device, extras, new=new)


def is_broken(env: Environment) -> bool:
    """Tell whether an environment that should be complete does not work, saying what is done and found."""
    print(f"Trying {env.root} ...", flush=True)
    works = env.works()
    print("It works: there is nothing to repair." if works else "It is broken: it is made anew.", flush=True)
    return not works


def hand_over(env: Environment, arguments: list[str], folder: Path | None = None) -> int:
    """Become the environment's Python (Windows: wait for it), with this repository importable; pass its exit code."""
    command = [str(env.python), "-P", *arguments]  # -P: files of the current folder never shadow packages
    environ = clean_environ() | {"PYTHONPATH": str(ROOT)}
    if os.name == "posix":
        if folder:
            os.chdir(folder)
        os.execve(command[0], command, environ)
    return subprocess.run(command, env=environ, cwd=folder).returncode


def report(env: Environment, wish: Wish) -> int:
    """Print what is there; return 0 where it is ready, 1 where it is not."""
    facts, ready = env.facts(), env.has(wish)
    version = env.version()
    print(f"folder  {env.root}\nPython  {f'{env.python} ({version})' if version else 'none'}")
    print(f"PyTorch {facts.get('torch', 'none')}")
    print(f"driver  {'NVIDIA' if nvidia_library() or nvidia_smi_answers() else 'no NVIDIA driver'}")
    for name in ("base", *EXTRAS):
        held = facts.get("requirements", {}).get(name)
        print(f"{name:<8} {'complete' if held == fingerprint(name) else 'outdated' if held else 'not installed'}")
    print("ready" if ready else "not ready: run `python install_deps.py install`")
    return 0 if ready else 1


def parse(arguments: list[str]) -> tuple[Environment, Wish, list[str]]:
    """Return the environment, what it shall hold, and the command with its arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--env", type=Path, help="folder of the environment (default: ISS_ENV, else the user data)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="build of PyTorch")
    parser.add_argument("--offline", type=Path, metavar="WHEELS", help="install from this folder, without network")
    parser.add_argument("--extra", choices=EXTRAS, action="append", default=[], help="also install these packages")
    parser.add_argument("--repair", action="store_true", help="try what is there, and make it anew where it is broken")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="install, check, test, or one of iss_backend")
    options = parser.parse_args(arguments)
    command = options.command
    if not command or command[0].startswith("-"):
        parser.error("no command given")
    if command[0] in ("install", "check"):  # these take their options after the command too
        own = arguments[: len(arguments) - len(command)]
        options = parser.parse_args([*own, *command[1:]])
        if options.command:
            parser.error(f"{command[0]} takes no argument {options.command[0]!r}")
    extras = {*options.extra, *(["test"] if command[0] == "test" else [])}
    try:
        folder = (options.env or default_folder()).expanduser().absolute()
        offline = options.offline.expanduser().absolute() if options.offline else None
    except RuntimeError as error:  # in a container, a user number may stand for nobody
        raise Problem("The home folder is not known here; give the whole path of a folder by --env.") from error
    return Environment(folder), Wish(options.device, tuple(sorted(extras)), offline, options.repair), command


def run(arguments: list[str]) -> int:
    """Carry out one command line and return its exit code."""
    env, wish, command = parse(arguments)
    if command[0] == "check":
        return report(env, wish)
    ensure(env, wish)
    if command[0] == "install":
        return 0
    if command[0] == "test":
        return hand_over(env, ["-m", "pytest", *command[1:]], ROOT)
    return hand_over(env, ["-m", "iss_backend", *command])


def silence() -> None:
    """Lead standard output nowhere, or Python would complain at its exit of what it cannot write any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def main(arguments: list[str]) -> int:
    """Run one command line and return its exit code.

    What a person can mend is one sentence and 2, Ctrl-C is 130, and 141 that nobody reads on, as behind `| head -1`.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # paths may hold letters that the terminal does not know
    try:
        code = run(arguments)
        sys.stdout.flush()  # at the exit nothing could be caught
    except BrokenPipeError:
        silence()
        return 141
    except (Problem, OSError) as problem:
        print(f"install_deps: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninstall_deps: interrupted; run the same command again to go on.", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
