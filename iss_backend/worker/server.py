"""The worker: one thread hears, one beats, the main one loads the models and does one job after the other."""

from __future__ import annotations

import logging
import os
import platform
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from iss_backend import __version__
from iss_backend.errors import IssError
from iss_backend.worker.protocol import PROTOCOL, Frame, FramingError, read_frame
from iss_backend.worker.streams import Channel

if TYPE_CHECKING:
    from iss_backend.pipeline import TextToShape  # brings torch: seconds on a cold disk

HEARTBEAT_S = 1.0
EXIT_NONSENSE = 3
LOG_VARIABLE = "ISS_WORKER_LOG"  # the add-on says in it where stderr goes

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A job that was asked for; `cancelled` is set when it is no longer wanted."""

    id: int
    frame: Frame
    cancelled: threading.Event = field(default_factory=threading.Event)


class Worker:
    """Serves one add-on until its pipe closes."""

    def __init__(self, channel: Channel, folder: Path | None, device: str, memory_limit: float | None = None) -> None:
        self._channel, self._folder, self._device, self._memory_limit = channel, folder, device, memory_limit
        self._studio: TextToShape | None = None
        self._trouble: str | None = None
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._current: _Waiting | None = None

    def serve(self, stream: BinaryIO) -> NoReturn:
        """Answer what arrives on `stream`; its end ends the process at once, also in the middle of a computation."""
        threading.Thread(target=self._hear, args=(stream,), daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()
        self._load()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                self._current = self._waiting.popleft()
            self._answer(self._current)
            self._current = None

    def _beat(self) -> NoReturn:
        while True:
            time.sleep(HEARTBEAT_S)
            self._channel.send("heartbeat")

    def _hear(self, stream: BinaryIO) -> None:
        try:
            while (frame := read_frame(stream)) is not None:
                self._take(frame)
        except FramingError as error:
            log.error("Nonsense arrived on standard input: %s; the worker ends.", error)
            _exit(EXIT_NONSENSE)
        except BaseException:
            log.exception("The worker can no longer hear; it ends.")
            _exit(1)
        _exit(0)

    def _take(self, frame: Frame) -> None:
        """Deal with one message in the hearing thread, which never waits for a computation."""
        job = frame.header.get("id")
        if frame.type == "hello":
            self._greet()
        elif frame.type == "shutdown":
            _exit(0)
        elif type(job) is not int:
            raise FramingError(f"a message '{frame.type}' without a number as its id")
        elif frame.type == "cancel":
            self._cancel(job)
        else:
            if self._studio is None and self._trouble is None:
                self._channel.send("progress", id=job, phase="loading", step=0, total=1, loss=None, eta_s=None)
            with self._changed:
                self._waiting.append(_Waiting(job, frame))
                self._changed.notify()

    def _cancel(self, job: int) -> None:
        with self._changed:
            dropped = [one for one in self._waiting if one.id == job]
            for one in dropped:
                self._waiting.remove(one)
            if self._current is not None and self._current.id == job:
                self._current.cancelled.set()
        for _ in dropped:
            self._channel.send("cancelled", id=job)

    def _greet(self) -> None:
        facts: dict[str, Any] = {"device": self._device, "bundle": None, "loaded": self._studio is not None}
        if self._studio is not None:
            facts |= {"device": _device_name(self._studio), "bundle": self._studio.bundle.name}
        if self._trouble is not None:
            facts["error"] = self._trouble
        self._channel.send("hello", protocol=PROTOCOL, versions=_versions(), **facts)

    def _load(self) -> None:
        """Load torch and the bundle, and greet again; what goes wrong is told then, and with every job."""
        try:
            from iss_backend.pipeline import TextToShape

            self._studio, self._trouble = TextToShape.open(self._folder, self._device, self._memory_limit), None
        except IssError as error:
            self._trouble = str(error)
        except Exception as error:
            log.exception("The models cannot be loaded.")
            self._trouble = _internal(error)
        self._greet()

    def _answer(self, job: _Waiting) -> None:
        """Do one job and tell how it ended."""
        if self._studio is None:
            self._load()  # what was missing may be there by now
        if self._studio is None:
            self._channel.send("error", id=job.id, message=self._trouble, kind="NotLoaded")
            return
        try:
            self._work(self._studio, job)
        except IssError as error:
            self._channel.send("error", id=job.id, message=str(error), kind=type(error).__name__)
        except Exception as error:
            log.exception("Job %d (%s) failed.", job.id, job.frame.type)
            self._channel.send("error", id=job.id, message=_internal(error), kind="InternalError")

    def _work(self, studio: TextToShape, job: _Waiting) -> None:
        from iss_backend.worker.work import do_job

        do_job(studio, job.id, job.frame, self._channel, job.cancelled)


def _exit(code: int) -> NoReturn:
    """End the process at once: a computation in another thread would hold up any gentler end."""
    logging.shutdown()
    os._exit(code)


def _internal(error: Exception) -> str:
    where = os.environ.get(LOG_VARIABLE)
    seen = f"the log tells more: {where}" if where else "the worker's log tells more"
    return f"An internal error stopped the work ({type(error).__name__}: {error}); {seen}"


def _versions() -> dict[str, str]:
    found = {"program": __version__, "python": platform.python_version()}
    for package in ("torch", "open_clip_torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def _device_name(studio: TextToShape) -> str:
    import torch

    device = studio.device
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
