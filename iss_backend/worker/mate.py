"""One more worker process beside this one: the same program, spoken to as Blender speaks to it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from iss_backend.worker.orders import Order
from iss_backend.worker.protocol import Frame, FramingError, read_frame, write_frame

CODE = Path(__file__).parents[2]  # the folder that holds this package
FINAL = ("done", "cancelled", "error")
LINGER_S = 2.0  # from the end of its output to the end of the process


class MateLost(Exception):
    """The process has ended, or cannot work; one sentence says how."""


@dataclass(frozen=True)
class MatePlan:
    """With which bundle a mate works, in how many threads, and in how many GB of memory (None: as it likes)."""

    folder: Path
    threads: int
    memory_limit: float | None

    @property
    def command(self) -> list[str]:
        """The command line; -P, since the working folder is whatever it is."""
        limit = [] if self.memory_limit is None else ["--memory-limit", str(self.memory_limit)]
        worker = [sys.executable, "-P", "-m", "iss_backend.worker", "--device", "cpu"]
        return [*worker, "--bundle", str(self.folder.absolute()), *limit]

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables: those of this process, with the code and the number of threads."""
        paths = [str(CODE), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**os.environ, "OMP_NUM_THREADS": str(self.threads), "PYTHONPATH": os.pathsep.join(paths)}


class Mate:
    """A running process; it ends with this one, however that ends, because its input closes then.

    Raises:
        MateLost: it cannot be started.
    """

    def __init__(self, plan: MatePlan) -> None:
        self._lock = threading.Lock()
        try:
            self._process = subprocess.Popen(
                plan.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=plan.environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=sys.platform != "win32",  # Ctrl-C in the terminal is this process's alone
            )
        except OSError as error:
            raise MateLost(f"Another worker process cannot be started ({error}).") from error

    def wait_until_loaded(self) -> None:
        """Wait for the models.

        Raises:
            MateLost: they cannot be loaded, or the process has ended.
        """
        self._send({"type": "hello"})
        while (frame := self._read()).type != "hello" or not frame.header["loaded"]:
            if "error" in frame.header:
                raise MateLost(f"Another worker process cannot load the models: {frame.header['error']}")

    def do(self, order: Order, answer: Callable[[Frame], None]) -> None:
        """Have an order done, and pass on all that is said about it.

        Raises:
            MateLost: the process has ended before the order was done.
        """
        order.tell = lambda: self._send({"type": "cancel", "id": order.id})
        self._send({**order.frame.header, "id": order.id}, order.frame.arrays)
        if order.cancelled.is_set():  # before it could be told
            order.tell()
        last = ""
        while last not in FINAL:
            frame = self._read()
            if frame.header.get("id") == order.id:
                answer(frame)
                last = frame.type

    def kill(self) -> None:
        """End the process now."""
        with suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End the process, and release its pipes."""
        self.kill()
        self._process.wait()
        self._process.stdout.close()
        with suppress(OSError):  # what was not written yet cannot be written any more
            self._process.stdin.close()

    def _send(self, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Write a message from any thread; where the process is gone, whoever reads notices."""
        with self._lock, suppress(OSError, ValueError):  # ValueError: the pipe was closed here
            write_frame(self._process.stdin, header, arrays)

    def _read(self) -> Frame:
        try:
            frame = read_frame(self._process.stdout)
        except (FramingError, OSError, ValueError) as error:
            raise MateLost(f"Another worker process said what nobody understands ({error}).") from error
        if frame is None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LINGER_S)
            raise MateLost(f"Another worker process ended unexpectedly (exit code {self._process.returncode}).")
        return frame
