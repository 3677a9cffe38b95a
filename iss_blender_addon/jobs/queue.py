"""The queue: as many jobs as the worker does at once go to it; its events come back when `tick` is called."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .events import Event, mesh_of, progress_of, result_of
from .job import Job, JobState

LOG = logging.getLogger(__name__)
MOST_LOSSES = 3  # workers in a row; then something is wrong that another start will not cure
ALONE = "train"  # learning needs the memory and the cores for itself


class Client(Protocol):
    """What the queue needs of a worker's client; every submitted job ends with done, cancelled, error or lost."""

    def start(self) -> None:
        """Start the process; failure comes as an event."""

    def submit(self, job: Mapping[str, Any], arrays: Mapping[str, Any] | None = None) -> int:
        """Send a job, starting the process where there is none; returns its number."""

    def cancel(self, number: int) -> None:
        """Ask for the end of a job; within a second it is forced."""

    def poll(self) -> list[Event]:
        """Return the events since the last call, at once."""

    def kill(self) -> None:
        """End the process, whatever it does."""


@dataclass(frozen=True)
class WorkerFacts:
    """What a worker says about itself when it starts, and what keeps it from working, if anything.

    `at_once` is the number of jobs that it does at a time.
    """

    device: str = ""
    bundle: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    is_loaded: bool = False
    error: str = ""
    at_once: int = 1


class JobQueue:
    """Jobs in the order in which they came. Not thread-safe: all calls from one thread.

    Args:
        make_client: gives the client of a worker that has not started yet; raises ValueError with one sentence
            where there is no backend.
    """

    def __init__(self, make_client: Callable[[], Client]) -> None:
        self._make_client = make_client
        self._client: Client | None = None
        self._waiting: deque[Job] = deque()
        self._running: dict[int, Job] = {}
        self._losses = 0
        self.facts: WorkerFacts | None = None

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that the worker has now, the oldest first."""
        return tuple(self._running.values())

    @property
    def waiting(self) -> tuple[Job, ...]:
        """The jobs that come next, in order."""
        return tuple(self._waiting)

    @property
    def is_busy(self) -> bool:
        """Tell whether there is any job that is not over."""
        return bool(self._running or self._waiting)

    @property
    def at_once(self) -> int:
        """How many jobs the worker does at a time; 1 before it has said so."""
        return self.facts.at_once if self.facts is not None else 1

    @property
    def is_full(self) -> bool:
        """Tell whether the worker has enough to do for now."""
        return len(self._running) + len(self._waiting) >= self.at_once

    @property
    def has_worker(self) -> bool:
        """Tell whether a worker was started and not stopped since."""
        return self._client is not None

    def submit(self, job: Job, *, in_front: bool = False) -> Job:
        """Add a job, at the end or before all that wait; returns it.

        A person's new press gets another chance after losses in a row.
        """
        if not self.is_busy:
            self._losses = 0
        if in_front:
            self._waiting.appendleft(job)
        else:
            self._waiting.append(job)
        return job

    def cancel(self, job: Job) -> None:
        """Ask for a job's end: at once where it waits, within about a second where it runs."""
        if job in self._waiting:
            self._waiting.remove(job)
            _end(job, JobState.CANCELLED)
            return
        for number, running in self._running.items():
            if running is job and not job.is_cancelling:
                job.is_cancelling = True
                self._client.cancel(number)

    def cancel_all(self) -> None:
        """Ask for the end of every job."""
        for job in self._all():
            self.cancel(job)

    def warm_up(self) -> None:
        """Start the worker, so that the first job need not wait for it; where there is no backend, nothing happens."""
        try:
            self._need_client().start()
        except ValueError as error:
            LOG.info("the worker is not started: %s", error)

    def tick(self, before_sending: Callable[[], None] | None = None) -> bool:
        """Take in what the worker said and send it the next jobs; returns whether anything changed. Never blocks.

        `before_sending` is called in between: what it submits in front goes before a job that would take the room.
        """
        events = self._client.poll() if self._client is not None else []
        for event in events:
            self._take(event)
        if before_sending is not None:
            before_sending()
        sent = False
        while self._waiting and self._has_room_for(self._waiting[0]):
            self._send(self._waiting.popleft())
            sent = True
        return sent or bool(events)

    def wait(self, job: Job, seconds: float, on_tick: Callable[[], None] | None = None) -> Job:
        """Block until a job is over, at most `seconds`; for scripts and for what has to answer at once."""
        end = time.monotonic() + seconds
        while not job.is_over and time.monotonic() < end:
            if self.tick() and on_tick is not None:
                on_tick()
            if not job.is_over:
                time.sleep(0.005)
        return job

    def stop(self) -> None:
        """End the worker and every job; the next job starts a fresh one."""
        jobs = self._all()
        self._waiting.clear()
        self._running.clear()
        for job in jobs:
            _end(job, JobState.CANCELLED)
        client, self._client, self.facts = self._client, None, None
        if client is not None:
            client.kill()

    def _all(self) -> list[Job]:
        return [*self._waiting, *self.running]

    def _has_room_for(self, job: Job) -> bool:
        if ALONE in {job.kind, *(running.kind for running in self.running)}:
            return not self._running
        return len(self._running) < self.at_once

    def _need_client(self) -> Client:
        if self._client is None:
            self._client = self._make_client()
        return self._client

    def _send(self, job: Job) -> None:
        try:
            number = self._need_client().submit({"type": job.kind, **job.params}, job.arrays)
        except ValueError as error:
            _end(job, JobState.FAILED, str(error))
            return
        job.state, job.began = JobState.RUNNING, time.monotonic()
        self._running[number] = job

    def _take(self, event: Event) -> None:
        if event.type == "hello":
            self.facts = facts_of(event.header)
        elif event.type == "lost" and event.id not in self._running:
            self.facts = None
            LOG.warning("the worker is gone: %s", event.header.get("message"))
        elif event.id in self._running:
            self._apply(event, self._running[event.id])

    def _apply(self, event: Event, job: Job) -> None:
        """Carry over what an event says about a running job."""
        if event.type == "progress":
            job.progress = progress_of(event)
        elif event.type == "mesh":
            preview = mesh_of(event)
            if preview is not None:
                job.preview, job.previews = preview, job.previews + 1
        elif event.type in ("done", "cancelled"):
            job.result = result_of(event)
            if self.facts is not None:  # a worker that had to be killed did not say it
                job.result.facts.setdefault("bundle", self.facts.bundle)
            del self._running[event.id]
            self._losses = 0
            _end(job, JobState.DONE if event.type == "done" else JobState.CANCELLED)
        elif event.type == "lost" and event.header.get("reason") == "stopped":  # to cancel another job
            self._waiting.appendleft(self._running.pop(event.id))
            self._waiting[0].state = JobState.WAITING
        elif event.type in ("error", "lost"):
            del self._running[event.id]
            _end(job, JobState.FAILED, str(event.header.get("message") or "The worker gave no reason."))
            if event.type == "lost" and not self._running:  # the last of those that were lost with it
                self._count_loss(job.message)

    def _count_loss(self, message: str) -> None:
        """Give up on the waiting jobs where workers are lost again and again."""
        self.facts, self._losses = None, self._losses + 1
        if self._losses >= MOST_LOSSES:
            while self._waiting:
                _end(self._waiting.popleft(), JobState.FAILED, message)


def facts_of(hello: Mapping[str, Any]) -> WorkerFacts:
    """Return what a worker's greeting says."""
    versions = tuple(sorted((str(k), str(v)) for k, v in (hello.get("versions") or {}).items()))
    texts = (str(hello.get(name) or "") for name in ("device", "bundle"))
    at_once = max(1, int(hello.get("at_once") or 1))
    return WorkerFacts(*texts, versions, bool(hello.get("loaded")), str(hello.get("error") or ""), at_once)


def _end(job: Job, state: JobState, message: str = "") -> None:
    job.state, job.message, job.is_cancelling = state, message, False
