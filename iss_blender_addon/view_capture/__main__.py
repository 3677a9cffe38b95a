"""Capture a folder of meshes as multi-view RGB-D pictures with cameras, in DVR's folder layout.

Run with a Python that has bpy:  python -m iss_blender_addon.view_capture FOLDER -o DATASET
or inside a Blender, from the folder that holds iss_blender_addon:
blender --background --python-expr "import sys, runpy; sys.path.insert(0, '.');
runpy.run_module('iss_blender_addon.view_capture', run_name='__main__')" -- FOLDER -o DATASET
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from .archive import ArchiveError, opened
from .settings import ENGINES, CaptureSettings

CANNOT_START, INTERRUPTED = 2, 130
SECONDS_BETWEEN_LINES = 10.0  # where the progress goes to a file
NO_BPY = (
    "This command needs Blender's module bpy, and this is Python {}.{} without it: run 'pip install bpy==5.0.1' with "
    "Python 3.11, or start the command inside a Blender (see --help)."
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m iss_blender_addon.view_capture",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    defaults = CaptureSettings()
    parser.add_argument("folder", type=Path, help="of mesh files (ply, obj, stl, glb, gltf, fbx), or a zip")
    parser.add_argument("-o", "--output", type=Path, required=True, help="data set to write or continue")
    parser.add_argument("--views", type=_positive, default=defaults.views, help="cameras per shape")
    parser.add_argument("--size", type=_positive, default=defaults.size, help="pixels per side")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="shifts the start azimuths")
    parser.add_argument("--engine", choices=ENGINES, default=defaults.engine, help="where image/ comes from")
    parser.add_argument("--only", type=Path, help="text file: one path below FOLDER per line")
    parser.add_argument(
        "--shard", type=_shard, default=(0, 1), help="K/N: take every N-th file from the K-th, to run side by side"
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _shard(text: str) -> tuple[int, int]:
    first, slash, step = text.partition("/")
    if not (slash and first.isdecimal() and step.isdecimal() and int(first) < int(step)):
        raise argparse.ArgumentTypeError(f"{text!r} is not K/N with K from 0 to N-1")
    return int(first), int(step)


def main(argv: list[str] | None = None) -> int:
    """Run the command; return 0, 2 where nothing could be done, or 130 after Ctrl-C."""
    arguments = _parser().parse_args(argv)
    if not _has_bpy():
        return _refuse(NO_BPY.format(*sys.version_info))
    try:
        return _run(arguments)
    except ArchiveError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(_os_sentence(error))
    except UnicodeDecodeError:
        return _refuse(f"{arguments.only} is not a text file in UTF-8.")
    except KeyboardInterrupt:
        return INTERRUPTED


def _has_bpy() -> bool:
    try:
        return importlib.util.find_spec("bpy") is not None
    except ModuleNotFoundError:  # some finders say so themselves
        return False


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return CANNOT_START


def _os_sentence(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}; make room and run the command again: it goes on where it stopped."
    return f"A file or folder cannot be used{where}: {error.strerror or error}."


def _run(arguments: argparse.Namespace) -> int:
    display = _Display()
    with opened(arguments.folder, display.skip) as folder:
        return _capture(folder, arguments, display)


def _capture(folder: Path, arguments: argparse.Namespace, display: _Display) -> int:
    from .capture import capture_files, mesh_files  # imports bpy, which takes a second

    files = mesh_files(folder) if folder.is_dir() else []
    if not files:
        return _refuse(f"There is no mesh file in {arguments.folder}.")
    chosen = _chosen(files, folder, arguments)
    if not chosen:
        return _refuse(f"None of the {len(files)} mesh files in {arguments.folder} is chosen by --only and --shard.")
    arguments.output.mkdir(parents=True, exist_ok=True)
    settings = CaptureSettings(arguments.views, arguments.size, arguments.seed, arguments.engine)
    display.start(len(chosen))
    with _quiet_blender(), _CtrlC() as ctrl_c:
        for report in capture_files(chosen, folder, arguments.output, settings, ctrl_c.check):
            ctrl_c.check()
            display.show(report.name, report.skipped_why, report.was_complete)
    return display.finish()


def _chosen(files: list[Path], folder: Path, arguments: argparse.Namespace) -> list[Path]:
    if arguments.only is not None:
        names = {line.strip() for line in arguments.only.read_text(encoding="utf-8").splitlines()}
        files = [path for path in files if path.relative_to(folder).as_posix() in names]
    first, step = arguments.shard
    return files[first::step]


@contextlib.contextmanager
def _quiet_blender() -> Iterator[None]:
    """Send what Blender's C code prints for every import to nowhere; our own lines go to stderr."""
    sys.stdout.flush()
    saved = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(saved, 1)
            os.close(saved)


class _CtrlC:
    """Ctrl-C as a request, heeded after the view at hand: Blender's own Python swallows a KeyboardInterrupt.

    A second Ctrl-C interrupts at once.
    """

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> _CtrlC:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def check(self, *_: int) -> None:
        """Raise KeyboardInterrupt where Ctrl-C was pressed."""
        if self._asked:
            raise KeyboardInterrupt


class _Display:
    """Progress on stderr: one line that is rewritten in a terminal, a line now and then in a file."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._captured = self._skipped = self._passed = self._total = 0
        self.start(0)

    def start(self, total: int) -> None:
        """Count from now on towards so many files more than are skipped already."""
        self._total = self._skipped + total
        self._started = self._last_line = time.monotonic()

    def skip(self, name: str, why: str) -> None:
        """Count and tell a file that is left out."""
        self._skipped += 1
        print(f"{self._line_start()}skipped {name}: {why}", file=sys.stderr, flush=True)

    def show(self, name: str, skipped_why: str, was_complete: bool) -> None:
        """Count one file and draw."""
        self._passed += was_complete
        self._captured += not (skipped_why or was_complete)
        if skipped_why:
            self.skip(name, skipped_why)
        now = time.monotonic()
        if self._terminal or now - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._draw(name, now)

    def finish(self) -> int:
        """Print the counts and return the exit code."""
        passed = f", {self._passed} were there already" if self._passed else ""
        print(f"{self._line_start()}{self._captured} captured, {self._skipped} skipped{passed}.", file=sys.stderr)
        return 0 if self._captured + self._passed else CANNOT_START

    def _draw(self, name: str, now: float) -> None:
        done = self._captured + self._skipped + self._passed
        seconds = (now - self._started) / max(self._captured + self._skipped, 1) * (self._total - done)
        end = "" if self._terminal else "\n"
        line = f"{self._line_start()}{done}/{self._total}  {seconds:5.0f} s left  {name[:60]}"
        print(line, end=end, file=sys.stderr, flush=True)

    def _line_start(self) -> str:
        return "\r\033[K" if self._terminal else ""


def _own_arguments() -> list[str]:
    """Return what follows ``--`` inside a Blender, and the whole command line elsewhere."""
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]


if __name__ == "__main__":
    sys.exit(main(_own_arguments()))
