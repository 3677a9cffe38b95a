"""What the add-on does while Blender goes on: polls the worker from a timer and brings its results into the scene."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

import bpy

from . import delivery
from .batch.batch import Batch
from .building import MeshBuilder
from .generation import Generation, Generations
from .jobs.job import Job, JobState
from .jobs.queue import JobQueue
from .language import tr
from .previews import end_preview, is_own, marked, unmark
from .progress_text import progress_line
from .setup.backend import disk_used
from .setup.installer import Installer
from .shapes.objects import standing_places
from .shapes.viewport import redraw_panels
from .status_bar import show_status

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from .places import Place

LOG = logging.getLogger(__name__)
INSTALLING = "The backend is being installed; wait for its end"
SOON, BUSY, IDLE = 0.01, 0.05, 0.5  # seconds between two looks at the worker


class Runtime:
    """All that lives as long as the add-on is registered; kept out of Blender's data, so undo and files leave it be.

    Attributes:
        queue: the jobs for the worker.
        builder: works out their meshes.
        generations: the presses of the button whose jobs are in the queue, and the last ones that were.
        installer: the running installation of the backend.
        problem: why the backend cannot be used, "" where it can; kept here because panels may not look at the disk.
        needs_installation: whether an installation mends that.
        message: the last news, for the panel; `is_alert` where something failed.
        setup_message: the last news about the backend, for the preferences.
        disk_bytes: what the backend takes, 0 where it was not measured since the last installation.
        test: the running job of the preferences' Test button.
        was_warmed: whether the panel has started the worker already, or is not to.
        batch: the running or last batch.
        is_delivering: whether meshes are about to be ready for Blender.
        needs_tidying: whether previews may be left over, which the next step removes.
    """

    def __init__(self) -> None:
        from .setup.connection import make_client

        self.queue = JobQueue(make_client)
        self.generations = Generations()
        self.builder = MeshBuilder()
        self.installer: Installer | None = None
        self.problem, self.needs_installation = "", False
        self.message, self.is_alert = "", False
        self.setup_message = ""
        self.disk_bytes = 0
        self._measuring: Future[int] | None = None
        self.test: Job | None = None
        self.was_warmed = False
        self.batch: Batch | None = None
        self.needs_tidying = self._needs_restart = False
        self.is_delivering = False
        self._redrawn, self._is_stale = 0.0, False

    @property
    def refusal(self) -> str:
        """Why the worker can be asked for nothing, with what to do; "" where it can."""
        if self.is_installing:
            return INSTALLING
        return tr("{problem}. See the add-on's preferences", problem=self.problem) if self.problem else ""

    @property
    def is_installing(self) -> bool:
        """Tell whether an installation of the backend is running, or has ended and was not told of yet."""
        return self.installer is not None

    @property
    def is_busy(self) -> bool:
        """Tell whether anything has to be looked at often."""
        batching = self.batch is not None and self.batch.is_moving
        return self.queue.is_busy or self.is_installing or bool(self.generations.active) or batching

    @property
    def is_measuring(self) -> bool:
        """Tell whether the disk use is being counted, or was not taken in yet."""
        return self._measuring is not None

    @property
    def taken_places(self) -> list[Place]:
        """Where shapes stand or are about to."""
        return [*standing_places(), *self.generations.places]

    def say(self, message: str, *, is_alert: bool = False, is_setup: bool = False) -> None:
        """Set the last news; what is about the backend stands in the preferences too."""
        self.message, self.is_alert = message, is_alert
        if is_setup:
            self.setup_message = message

    def begin(self, generation: Generation) -> None:
        """Submit the jobs of a generation; the timer does the rest."""
        self.generations.begin(generation)
        for job in generation.jobs:
            self.queue.submit(job)
        self.say("")

    def measure_disk(self, folder: Path) -> None:
        """Count in a thread what the backend takes; the timer has it shown."""
        from concurrent.futures import ThreadPoolExecutor  # loaded late, as numpy is

        self._measuring = ThreadPoolExecutor(1, "disk use").submit(disk_used, folder)

    def step(self) -> None:
        """Take in all news and bring it into the scene. Never blocks."""
        changed = self.queue.tick(self._refine_first)
        if self.installer is not None and self.installer.poll():
            changed = True
            self._look_at_installer()
        changed |= self._look_at_measuring()
        self._look_at_test()
        self._do_what_waited()
        self.is_delivering = any(delivery.update(self, one) for one in list(self.generations.active.values()))
        if self.batch is not None:
            changed |= self.batch.step(self)
        self._is_stale |= changed
        if self._is_stale:
            self._redraw()

    def run_to_end(self, *generations: Generation) -> None:
        """Block until one of these is over and its results are in the scene; for scripts and background mode."""
        while not (over := [one for one in generations if one.is_over]):
            if not self.queue.tick(self._refine_first):
                time.sleep(0.005)
        for one in over:
            delivery.update(self, one, blocking=True)

    def after_undo(self) -> None:
        """Remember that undo took or brought back previews; they are put right by the timer, not inside undo."""
        self.needs_tidying = True
        for generation in self.generations.active.values():
            for preview in generation.previews.values():
                preview.notice_undo()
        ensure_timer()

    def restart_when_idle(self) -> None:
        """End the worker, now or when its jobs are over, so that the next start follows the preferences of then."""
        self._needs_restart = self.queue.is_busy
        self.was_warmed = False
        if not self.queue.is_busy:
            self.queue.stop()

    def release(self) -> None:
        """End the worker until there is a job; a panel that is drawn does not start it again."""
        self.queue.stop()
        self.was_warmed = True

    def abandon(self) -> None:
        """Give up all generations without results, because their file was closed."""
        was_active = bool(self.generations.active) or (self.batch is not None and not self.batch.is_over)
        self.give_up()
        if was_active:
            self.say("Stopped: another file was opened", is_alert=True)

    def give_up(self) -> None:
        """Ask for the end of every job, and bring none of their results into the scene."""
        self.cancel_all()
        self.generations.active.clear()
        if self.batch is not None:
            self.batch.abandon()

    def remove_leftovers(self) -> None:
        """Remove previews whose jobs do not run any more, such as undo brings back; a person's own stay."""
        for obj in marked():
            if not self.generations.is_previewing(obj.iss_shape.preview_of):
                end_preview(obj)

    def let_go_of_own(self) -> None:
        """Take the marks from what is a person's own by now, so that a file that is saved keeps it."""
        for generation in self.generations.active.values():
            delivery.let_go_of_edited(self, generation)
        for obj in marked():
            if is_own(obj):
                unmark(obj)

    def cancel(self, key: str) -> None:
        """Ask for the end of the running job with this key; nothing happens where it is over."""
        for job in self.queue.running:
            if job.key == key:
                self.queue.cancel(job)

    def cancel_all(self) -> None:
        """Ask for the end of every job, and drop the rest of a batch."""
        if self.batch is not None:
            self.batch.cancel()
        self.queue.cancel_all()

    def stop(self) -> None:
        """End the worker and the installation."""
        if self.batch is not None:
            self.batch.cancel()
        self.queue.stop()
        self.builder.stop()
        self.generations.active.clear()
        if self.installer is not None:
            self.installer.kill()

    def _refine_first(self) -> None:
        """Let the finer meshes of what was cancelled go before the jobs that wait: learning would take minutes."""
        for generation in self.generations.active.values():
            for job in reversed(generation.jobs_to_refine() if generation.is_over else []):
                self.queue.submit(job, in_front=True)

    def _do_what_waited(self) -> None:
        """Do what could not be done when it was asked for."""
        if self.needs_tidying:
            self.needs_tidying = False
            self.remove_leftovers()
        if self._needs_restart and not self.queue.is_busy:
            self._needs_restart = False
            self.queue.stop()

    def _look_at_test(self) -> None:
        job = self.test
        if job is None or not job.is_over:
            return
        self.test = None
        if job.state is JobState.DONE:
            device = self.queue.facts.device if self.queue.facts else "the backend"
            seconds = time.monotonic() - job.began
            self.say(
                tr("It works: a tiny shape in {seconds:.1f} s on {device}", seconds=seconds, device=device),
                is_setup=True,
            )
        else:
            self.say(job.message or "The test was cancelled", is_alert=True, is_setup=True)

    def _look_at_measuring(self) -> bool:
        """Take in the disk use once it is counted; tells whether it was."""
        if self._measuring is None or not self._measuring.done():
            return False
        measured, self._measuring = self._measuring, None
        try:
            self.disk_bytes = measured.result()
        except OSError as error:  # a file that went while it was counted
            LOG.warning("the disk use cannot be measured: %s", error)
        return True

    def _look_at_installer(self) -> None:
        if self.installer.is_over:
            installer, self.installer = self.installer, None
            self.disk_bytes = 0  # another number by now
            refresh_problem()
            news = installer.failure or "The backend is installed"
            self.say(news, is_alert=bool(installer.failure), is_setup=True)

    def _redraw(self) -> None:
        """Have panels and status bar drawn again, at most ten times a second: a viewport may be slow to draw."""
        now = time.monotonic()
        if now - self._redrawn > 0.1 or not self.queue.is_busy:
            self._redrawn, self._is_stale = now, False
            redraw_panels()
            show_status("; ".join(f"{job.title}: {progress_line(job)}" for job in self.queue.running))


@cache
def runtime() -> Runtime:
    """Return the one runtime, made when it is first needed."""
    return Runtime()


def refresh_problem() -> None:
    """Look again whether the backend can be used; touches the disk, so never while drawing."""
    from .setup.connection import backend_problem, installation_problem

    state = runtime()
    state.problem, state.needs_installation = backend_problem(), bool(installation_problem())


def pump() -> float | None:
    """Do one step and tell Blender when to come back; the timer's function."""
    state = runtime()
    try:
        state.step()
    except Exception as error:  # a timer that raises is never called again: the jobs would hang without a word
        LOG.exception("a generation failed")
        state.give_up()
        state.needs_tidying = True
        state.say(tr("Something went wrong in the add-on: {error}", error=error), is_alert=True)
    if state.is_busy or state.is_measuring or state.needs_tidying:
        return SOON if state.is_delivering else BUSY
    return IDLE if state.queue.has_worker else None


def ensure_timer() -> None:
    """Start the timer where it does not run, or have it come at once."""
    if bpy.app.background:
        return  # timers never run there; scripts block instead
    if bpy.app.timers.is_registered(pump):
        bpy.app.timers.unregister(pump)
    bpy.app.timers.register(pump, first_interval=0.01, persistent=True)


def shut_down() -> None:
    """End everything, and remove previews while they can be told; the next call of `runtime` makes a new one."""
    for timer in (pump, _warm_up):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    state = runtime()
    state.stop()
    if state.generations.has_begun:
        state.remove_leftovers()
    show_status("")
    runtime.cache_clear()


def warm_up_soon() -> None:
    """Start the worker a moment later, once, where the preferences want it; called while drawing, so not at once."""
    from .preferences import preferences

    state = runtime()
    is_there = state.queue.has_worker or state.was_warmed
    if bpy.app.background or is_there or state.refusal or not preferences().warm_start:
        return
    state.was_warmed = True
    bpy.app.timers.register(_warm_up, first_interval=0.2)


def _warm_up() -> None:
    if not runtime().refusal:
        runtime().queue.warm_up()
        ensure_timer()
