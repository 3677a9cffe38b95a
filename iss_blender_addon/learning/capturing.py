"""Looks at shapes from all sides, a few milliseconds at a time, so that Blender goes on meanwhile."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..view_capture.settings import CaptureSettings
from .subjects import Learnable, folder_names

GROUP = "mine"  # folder between the data set and its shapes


class Capturing:
    """The captures of several shapes into one data set.

    Args:
        subjects: the shapes; None among them where the search for more has taken a while.
        dataset: folder that they are written to.
        settings: how they are looked at.

    Attributes:
        done, total: views; the total is 0 until all subjects are known.
        captured: shapes that are complete.
        shape: name of the shape that is being looked at.
        skipped: why shapes were left out, by name.
        longest_s: the longest piece of work so far, in seconds.
    """

    def __init__(
        self, subjects: Iterable[Learnable | None], dataset: Path, settings: CaptureSettings | None = None
    ) -> None:
        self._search, self._subjects, self._dataset = subjects, list[Learnable](), dataset
        self._settings = settings or CaptureSettings()
        self.done = self.total = self.captured = 0
        self.shape = ""
        self.skipped: dict[str, str] = {}
        self.longest_s = 0.0
        self._work = self._run()
        self.is_over = False

    def advance(self, seconds: float) -> None:
        """Do pieces of work until `seconds` have passed, at least one.

        Raises:
            OSError: the data set cannot be written.
        """
        end = time.perf_counter() + seconds
        while not self.is_over:
            began = time.perf_counter()
            self.is_over = next(self._work, None) is None
            now = time.perf_counter()
            self.longest_s = max(self.longest_s, now - began)
            if now >= end:
                return

    def cancel(self) -> None:
        """Stop, and remove what was captured."""
        self._work.close()
        self.is_over = True
        shutil.rmtree(self._dataset, ignore_errors=True)

    def _run(self) -> Iterator[bool]:
        """Yield after each piece of work."""
        from ..view_capture.capture import capture_triangles  # needs numpy, which Blender loads late
        from ..view_capture.surface import EmptySurfaceError

        for found in self._search:
            if found is None:
                yield True
            else:
                self._subjects.append(found)
        self.total = len(self._subjects) * self._settings.views
        folders = folder_names(subject.name for subject in self._subjects)
        for number, (subject, folder) in enumerate(zip(self._subjects, folders, strict=True)):
            self.shape = subject.name
            about = {"name": subject.name, "source": "Blender"}
            try:
                folder = self._dataset / GROUP / folder
                for views in capture_triangles(subject.triangles(), folder, about, self._settings):
                    self.done = number * self._settings.views + views
                    yield True
                self.captured += 1
            except EmptySurfaceError as error:
                self.skipped[subject.name] = str(error)
            self.done = (number + 1) * self._settings.views
            yield True
