"""One round of learning: capture, train, a new bundle; driven by a timer of its own."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import bpy
from bpy.app.handlers import persistent

from ..folders import user_folder
from ..jobs.job import Job, JobState
from ..jobs.requests import train_job
from ..language import tr
from ..runtime import ensure_timer, runtime
from ..shapes.viewport import redraw_panels
from ..status_bar import show_status
from .bundles import BundleShelf, Lesson
from .capturing import Capturing
from .subjects import Learnable

LOG = logging.getLogger(__name__)
PIECE_S = 0.015  # of capturing at a time; a view takes about as long
PAUSE_S, WATCH_S, REDRAW_S = 0.005, 0.2, 0.1


class Learning:
    """What is being learnt, if anything, and the bundles that came of it.

    Attributes:
        shelf: the person's own bundles, and lessons that were not finished.
        capturing: the running capture.
        job: the running training.
        message: the last news; `is_alert` where something failed.
    """

    def __init__(self) -> None:
        self.shelf = BundleShelf(user_folder())
        self.capturing: Capturing | None = None
        self.job: Job | None = None
        self.message, self.is_alert = "", False
        self._lesson: Lesson | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether it captures or trains."""
        return self.capturing is not None or self.job is not None

    def begin(self, name: str, subjects: Iterable[Learnable | None], effort: float) -> None:
        """Start to capture subjects, as they are found; the timer does the rest.

        Raises:
            OSError: the user folder cannot be written.
        """
        name, dataset, bundle = self.shelf.begin(name)
        self.capturing = Capturing(subjects, dataset)
        self._lesson = Lesson(name, str(dataset), str(bundle), effort, 0)
        self.say("")

    def resume(self, lesson: Lesson) -> None:
        """Go on with what was captured before."""
        self._lesson = lesson
        self._train()

    def cancel(self) -> None:
        """Stop; what was trained is kept and can be gone on with, captures that are not complete are removed."""
        if self.capturing is not None:
            self.capturing.cancel()
            self.capturing = None
            self.say("Cancelled; nothing was kept")
        elif self.job is not None:
            runtime().queue.cancel(self.job)
            ensure_timer()

    def step(self) -> None:
        """Do a piece of work, or look how far the worker is."""
        if self.capturing is not None:
            self._capture()
        elif self.job is not None and self.job.is_over:
            self._finish(self.job)

    def run_to_end(self) -> None:
        """Block until all is over; for scripts and background mode."""
        while self.capturing is not None:
            self.step()
        if self.job is not None:
            runtime().queue.wait(self.job, float("inf"))
            self.step()

    def say(self, message: str, *, is_alert: bool = False) -> None:
        """Set the last news."""
        self.message, self.is_alert = message, is_alert

    def abandon_capture(self) -> None:
        """Give up a capture, because its file was closed."""
        if self.capturing is not None:
            self.cancel()
            self.say("Stopped: another file was opened", is_alert=True)

    def _capture(self) -> None:
        capturing = self.capturing
        try:
            capturing.advance(PIECE_S)
        except Exception as error:  # a timer that raises is never called again
            LOG.exception("capturing failed")
            capturing.cancel()
            self.capturing = None
            self.say(tr("The objects cannot be captured: {error}", error=error), is_alert=True)
            return
        if capturing.is_over:
            self.capturing = None
            self._captured(capturing)

    def _captured(self, capturing: Capturing) -> None:
        """Go on to train on what was captured."""
        if not capturing.captured:
            shutil.rmtree(self._lesson.dataset, ignore_errors=True)
            name, reason = next(iter(capturing.skipped.items()), ("the library", "no file marks an object as an asset"))
            self.say(tr("Nothing was captured: {name}: {reason}", name=name, reason=reason), is_alert=True)
            return
        self._lesson = replace(self._lesson, shapes=capturing.captured)
        try:
            self.shelf.note(self._lesson)
        except OSError as error:
            shutil.rmtree(self._lesson.dataset, ignore_errors=True)  # else nothing would ever name it again
            self.say(tr("The captures cannot be noted: {error}", error=error), is_alert=True)
            return
        if capturing.skipped:
            self.say(tr("Left out: {names}", names=", ".join(capturing.skipped)), is_alert=True)
        self._train()

    def _train(self) -> None:
        lesson = self._lesson
        self.job = runtime().queue.submit(train_job(lesson.dataset, lesson.bundle, lesson.name, lesson.effort))
        ensure_timer()

    def _finish(self, job: Job) -> None:
        """Tell how the training ended."""
        self.job = None
        self.shelf.refresh()
        if job.state is JobState.DONE:
            scores = job.result.facts.get("scores", {}) if job.result else {}
            before, after = (scores.get(name) for name in ("before", "after"))
            news = tr("“{name}” has learnt. Choose it below to use it", name=self._lesson.name)
            if None not in (before, after):
                told = "“{name}” has learnt: overlap {before:.0%} before, {after:.0%} now. Choose it below to use it"
                news = tr(told, name=self._lesson.name, before=before, after=after)
            self.say(news)
            shutil.rmtree(Path(self._lesson.dataset), ignore_errors=True)
        elif job.state is JobState.CANCELLED:
            self.say("Stopped; Resume goes on from there")
        else:
            self.say(job.message, is_alert=True)


@cache
def learning() -> Learning:
    """Return the one state of learning, made when it is first needed."""
    return Learning()


def pump_learning() -> float | None:
    """Do one step and tell Blender when to come back; the timer's function."""
    state = learning()
    state.step()
    if state.capturing is not None:
        now = time.monotonic()
        if now - _drawn["at"] > REDRAW_S:
            _drawn["at"] = now
            redraw_panels()
            show_status(_looking_at(state.capturing))
        return PAUSE_S
    if state.job is not None:  # how far that is, the queue's own timer shows
        return WATCH_S
    redraw_panels()
    show_status("")
    return None


def _looking_at(capturing: Capturing) -> str:
    return tr("Looking at {shape}", shape=capturing.shape) if capturing.total else "Looking for assets"


_drawn = {"at": 0.0}


def ensure_learning_timer() -> None:
    """Start the timer where it does not run."""
    if not bpy.app.background and not bpy.app.timers.is_registered(pump_learning):
        bpy.app.timers.register(pump_learning, first_interval=0.01, persistent=True)


@persistent
def _after_load(*_: object) -> None:
    learning().abandon_capture()  # not before it, for a file that cannot be opened leaves the old one as it was


def register_learning() -> None:
    """Look for bundles, remove what a Blender that was killed has left, and listen for other files."""
    learning().shelf.remove_abandoned()
    learning().shelf.refresh()
    bpy.app.handlers.load_post.append(_after_load)


def unregister_learning() -> None:
    """Stop all, and forget it."""
    if _after_load in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_after_load)
    if bpy.app.timers.is_registered(pump_learning):
        bpy.app.timers.unregister(pump_learning)
    learning().abandon_capture()
    learning.cache_clear()
