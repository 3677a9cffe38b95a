"""The add-on's hold on the worker: jobs in, events out, from one thread (Blender's), which never waits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..language import tr
from .events import Event
from .framing import PROTOCOL
from .process import WorkerProcess, last_lines

if TYPE_CHECKING:
    import numpy as np

STARTING_SILENCE_S = 120.0  # the first start loads a gigabyte of libraries, perhaps from a slow disk
SILENCE_S = 30.0  # heartbeats come every second, but the largest meshes hold them up
LONGEST_GAP_S = 1.0  # what one poll adds to a silence at most: Blender may have been busy, or the computer asleep
SHUTDOWN_S = 0.7


@dataclass
class _Running:
    """A job that has not ended: when it will be killed if it was cancelled, and its last preview."""

    kill_at: float | None = None
    preview: dict[str, np.ndarray] = field(default_factory=dict)


class WorkerClient:
    """Starts the worker, gives it jobs, and tells what becomes of them.

    Every job that was submitted ends with exactly one event of "done", "cancelled", "error" and "lost".

    Args:
        command: what starts the worker, for example [python, "-m", "iss_backend.worker"].
        log: file that its stderr is appended to.
        environment: its whole environment; None is Blender's own without Python's variables.
        folder: its working folder; None is Blender's own.
        patience_s: from a wish to cancel to a kill.
        silence_s: without any sign of life, until the process is given up.

    Attributes:
        hello: the worker's last greeting (device, bundle, versions, loaded, maybe error); None before the first.
    """

    def __init__(
        self,
        command: list[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        patience_s: float = 1.0,
        silence_s: float = SILENCE_S,
    ) -> None:
        self.hello: dict[str, Any] | None = None
        self._command, self._log, self._environment, self._folder = command, log, environment, folder
        self._patience_s, self._silence_s = patience_s, silence_s
        self._process: WorkerProcess | None = None
        self._running: dict[int, _Running] = {}
        self._events: list[Event] = []
        self._last_id = 0
        self._silent_s = 0.0
        self._polled = time.monotonic()

    @property
    def is_alive(self) -> bool:
        """Tell whether there is a process."""
        return self._process is not None and self._process.exit_code is None

    def start(self) -> None:
        """Start the process where there is none; where that fails, a "lost" event says why."""
        if self._process is not None:
            return
        self.hello, self._silent_s, self._polled = None, 0.0, time.monotonic()
        try:
            self._process = WorkerProcess(self._command, self._log, self._environment, self._folder)
        except (OSError, ValueError) as error:
            self._lose(
                "start",
                tr("The backend cannot be started ({error}); install it again in the preferences.", error=error),
            )
            return
        self._process.send({"type": "hello"})

    def submit(self, job: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> int:
        """Give the worker a job, such as {"type": "generate", "text": "a car"}; return its id.

        The arrays must not change until the job has ended.
        """
        self._last_id += 1
        if self._process is not None and self._process.exit_code is not None:
            self._collect()  # it ended unnoticed: tell of that before the new start
        self._running[self._last_id] = _Running()
        self.start()
        if self._process is not None:
            self._process.send({**job, "id": self._last_id}, arrays)
        return self._last_id

    def cancel(self, job: int) -> None:
        """Ask for the end of a job; after `patience_s` the process is killed. A job that has ended is left alone."""
        running = self._running.get(job)
        if running is not None and running.kill_at is None and self._process is not None:
            running.kill_at = time.monotonic() + self._patience_s
            self._process.send({"type": "cancel", "id": job})

    def poll(self) -> list[Event]:
        """Return what has happened since the last call, in order; never waits."""
        self._collect()
        self._check_cancelled()
        self._check_silence()
        events, self._events = self._events, []
        return events

    def kill(self) -> None:
        """End the process now, without waiting for its end; its jobs are lost. The next job starts another."""
        if self._process is not None:
            self._lose("stopped", "The worker was stopped.")

    def shutdown(self) -> None:
        """End the process, gently where it listens, within a second."""
        process, self._process = self._process, None
        self._running.clear()
        if process is None:
            return
        process.send({"type": "shutdown"})
        process.close()
        if not process.wait(SHUTDOWN_S):
            process.kill()
            process.wait(0.2)

    def _collect(self) -> None:
        """Turn messages into events; notice the end of the process, after everything it said."""
        process = self._process
        if process is None:
            return
        ended = process.exit_code is not None  # asked first: then no message can come in between
        while self._process is process and (message := process.receive()) is not None:
            self._silent_s = 0.0
            self._understand(*message)
        if ended and self._process is process:
            if process.nonsense is not None:
                self._lose(
                    "nonsense", tr("The worker said what nobody understands ({nonsense}).", nonsense=process.nonsense)
                )
            else:
                self._lose(
                    "crashed", tr("The worker ended unexpectedly (exit code {exit_code}).", exit_code=process.exit_code)
                )

    def _understand(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        """Keep or drop one message."""
        type_, job = header["type"], header.get("id")
        if type_ == "hello":
            self._greeted(header)
        elif type_ != "heartbeat" and job in self._running:
            if type_ == "mesh":
                self._running[job].preview = arrays
            if type_ == "cancelled":
                header["forced"] = False
            self._tell(Event(type_, job, header, arrays))

    def _greeted(self, header: dict[str, Any]) -> None:
        if header.get("protocol") != PROTOCOL:
            spoken = header.get("protocol")
            message = tr(
                "The backend speaks protocol {spoken}, the add-on {protocol}; install the backend again.",
                spoken=spoken,
                protocol=PROTOCOL,
            )
            self._lose("protocol", message)
            return
        self.hello = header
        self._tell(Event("hello", None, header))

    def _tell(self, event: Event) -> None:
        self._events.append(event)
        if event.is_final and event.id is not None:
            del self._running[event.id]

    def _check_cancelled(self) -> None:
        """Kill the process where a cancelled job goes on, and call the job cancelled, with its last preview."""
        now = time.monotonic()
        late = [job for job, one in self._running.items() if one.kill_at is not None and now > one.kill_at]
        for job in late:
            self._force(job)
        if late and self._process is not None:
            self._process.kill()
            self._process = None
            if self._running:
                self._lose("stopped", "The worker had to be stopped to cancel another job; start this one again.")

    def _force(self, job: int) -> None:
        header = {"type": "cancelled", "id": job, "forced": True}
        self._tell(Event("cancelled", job, header, self._running[job].preview))

    def _check_silence(self) -> None:
        now = time.monotonic()
        self._silent_s += min(now - self._polled, LONGEST_GAP_S)
        self._polled = now
        loaded = self.hello is not None and (self.hello.get("loaded") or "error" in self.hello)
        limit = self._silence_s if loaded else max(self._silence_s, STARTING_SILENCE_S)
        if self._process is not None and self._silent_s > limit:
            self._lose("silent", tr("The worker has been silent for {limit:.0f} s and was stopped.", limit=limit))

    def _lose(self, reason: str, message: str) -> None:
        """Give up the process and all its jobs, or tell that it is gone where it had none."""
        process, self._process = self._process, None
        code = None
        if process is not None:
            code = process.exit_code
            process.kill()
        facts = {
            "message": tr("{message} Its log: {log}", message=message, log=self._log),
            "reason": reason,
            "exit_code": code,
        }
        facts |= {"log": str(self._log), "last_lines": last_lines(self._log)}
        for job in [job for job, one in self._running.items() if one.kill_at is not None]:
            self._force(job)  # nobody waits for it any more, however it ended
        for job in list(self._running) or [None]:
            self._tell(Event("lost", job, {"type": "lost", "id": job, **facts}))
