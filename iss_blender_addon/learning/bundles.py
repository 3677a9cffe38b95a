"""The bundles of a person's own in the add-on's user folder, and learning that was not finished. No Blender here."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from ..files import write_whole

MANIFEST = "manifest.json"
LESSON = "lesson.json"
ABANDONED_S = 86400.0  # a capture that runs, also in another Blender, writes every moment


@dataclass(frozen=True)
class OwnBundle:
    """A bundle: its name, its folder, and how many shapes of the person's own it knows."""

    name: str
    folder: str
    own_shapes: int


@dataclass(frozen=True)
class Lesson:
    """What was captured to be learnt: the bundle's name, the folders of captures and bundle, the effort, the count."""

    name: str
    dataset: str
    bundle: str
    effort: float
    shapes: int


class BundleShelf:
    """The folder user/bundles with bundles, and user/captures with what they learn from.

    Attributes:
        own: the bundles, by name.
        unfinished: lessons whose bundle is not there yet.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.own: tuple[OwnBundle, ...] = ()
        self.unfinished: tuple[Lesson, ...] = ()

    def refresh(self) -> None:
        """Look at the disk again; panels show what was found then."""
        bundles = sorted((self._root / "bundles").glob(f"*/{MANIFEST}"))
        self.own = tuple(found for path in bundles if (found := _bundle_in(path)) is not None)
        lessons = [_lesson_in(path) for path in sorted((self._root / "captures").glob(f"*/{LESSON}"))]
        self.unfinished = tuple(one for one in lessons if one and not (Path(one.bundle) / MANIFEST).is_file())

    def begin(self, name: str) -> tuple[str, Path, Path]:
        """Return new folders for captures and for the bundle of this name, and the name, numbered where it was taken.

        Raises:
            OSError: they cannot be made.
        """
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:40] or "bundle"
        number, folder, unique = 2, plain, name
        while any(self._folder(kind, folder).exists() for kind in ("bundles", "captures")):
            folder, unique, number = f"{plain}-{number}", f"{name} {number}", number + 1
        dataset = self._folder("captures", folder)
        dataset.mkdir(parents=True)
        self._folder("bundles", folder).parent.mkdir(parents=True, exist_ok=True)
        return unique, dataset, self._folder("bundles", folder)

    def note(self, lesson: Lesson) -> None:
        """Write down what is to be learnt, once it is captured, so that it can be gone on with another day.

        Raises:
            OSError: it cannot be written.
        """
        write_whole(Path(lesson.dataset) / LESSON, json.dumps(asdict(lesson), indent=1))

    def forget(self, lesson: Lesson) -> None:
        """Remove captures and unfinished work."""
        for folder in (lesson.dataset, lesson.bundle, lesson.bundle + ".work"):
            shutil.rmtree(folder, ignore_errors=True)
        self.refresh()

    def remove_abandoned(self) -> None:
        """Remove captures that were never completed and that nobody has written to for a day."""
        for folder in (self._root / "captures").glob("*/"):
            if _lesson_in(folder / LESSON) is None and time.time() - _last_written(folder) > ABANDONED_S:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, kind: str, name: str) -> Path:
        return self._root / kind / name


def _last_written(folder: Path) -> float:
    """Return when something was last written below a folder, in Unix seconds; now where that is unknown."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:  # somebody removes it meanwhile
        return time.time()


def _bundle_in(manifest: Path) -> OwnBundle | None:
    """Return what a manifest says; None where it cannot be read."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        return OwnBundle(str(facts["name"]), str(manifest.parent), int(facts["notes"].get("own shapes", 0)))
    return None


def _lesson_in(path: Path) -> Lesson | None:
    """Return a lesson that was written down; None where it cannot be read."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Lesson(**json.loads(path.read_text(encoding="utf-8")))
    return None
