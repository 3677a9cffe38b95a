"""The worker: one thread hears, one beats, the main one loads the models and does one job after the other.

On a processor with several cores other processes do jobs beside it while more than one is asked for (crew.py).
"""

from __future__ import annotations

import logging
import os
import platform
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from iss_backend import __version__
from iss_backend.errors import IssError
from iss_backend.worker.orders import Order, Orders
from iss_backend.worker.protocol import PROTOCOL, Frame, FramingError, read_frame
from iss_backend.worker.streams import Channel

if TYPE_CHECKING:
    from iss_backend.pipeline import TextToShape  # brings torch: seconds on a cold disk
    from iss_backend.worker.crew import Crew

HEARTBEAT_S = 1.0
PATIENCE_S = 60.0  # processes beside this one stay for so long without work: the next batch finds them loaded
EXIT_NONSENSE = 3
LOG_VARIABLE = "ISS_WORKER_LOG"  # the add-on says in it where stderr goes

log = logging.getLogger(__name__)


class Worker:
    """Serves one add-on until its pipe closes."""

    def __init__(self, channel: Channel, folder: Path | None, device: str, memory_limit: float | None = None) -> None:
        self._channel, self._folder, self._device, self._memory_limit = channel, folder, device, memory_limit
        self._studio: TextToShape | None = None
        self._trouble: str | None = None
        self._orders = Orders(own_first=True)
        self._crew: Crew | None = None
        self._at_once = 1

    def serve(self, stream: BinaryIO) -> NoReturn:
        """Answer what arrives on `stream`; its end ends the process at once, also in the middle of a computation."""
        threading.Thread(target=self._hear, args=(stream,), daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()
        self._load()
        while True:
            order = self._orders.take()
            self._answer(order)
            self._orders.finish(order)
            self._hire()  # there may be room again

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
            if self._orders.cancel(job):
                self._channel.send("cancelled", id=job)
        else:
            if self._studio is None and self._trouble is None:
                self._channel.send("progress", id=job, phase="loading", step=0, total=1, loss=None, eta_s=None)
            self._orders.put(Order(job, frame))
            self._hire()

    def _hire(self) -> None:
        if self._crew is not None:
            self._crew.hire()

    def _pass_on(self, frame: Frame) -> None:
        """Say what another process says about its job."""
        facts = {name: value for name, value in frame.header.items() if name != "type"}
        self._channel.send(frame.type, frame.arrays, **facts)

    def _greet(self) -> None:
        facts: dict[str, Any] = {"device": self._device, "bundle": None, "loaded": self._studio is not None}
        if self._studio is not None:
            facts |= {"device": _device_name(self._studio), "bundle": self._studio.bundle.name}
        if self._trouble is not None:
            facts["error"] = self._trouble
        self._channel.send("hello", protocol=PROTOCOL, versions=_versions(), at_once=self._at_once, **facts)

    def _load(self) -> None:
        """Load torch and the bundle, and greet again; what goes wrong is told then, and with every job."""
        try:
            from iss_backend.pipeline import TextToShape
            from iss_backend.worker.capacity import equal_room, most_at_once
            from iss_backend.worker.crew import Crew

            studio = TextToShape.open(self._folder, self._device, self._memory_limit)
            self._at_once = most_at_once(studio)
            room = equal_room(studio, self._at_once)
            self._crew = Crew(studio, self._orders, self._pass_on, self._at_once, PATIENCE_S, self._hire, room)
            self._studio, self._trouble = studio, None
        except IssError as error:
            self._trouble = str(error)
        except Exception as error:
            log.exception("The models cannot be loaded.")
            self._trouble = _internal(error)
        self._greet()
        self._hire()

    def _answer(self, job: Order) -> None:
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

    def _work(self, studio: TextToShape, job: Order) -> None:
        import torch

        from iss_backend.worker.work import do_job

        self._crew.make_room(job)
        torch.set_num_threads(self._crew.threads)
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
