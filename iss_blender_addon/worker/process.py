"""The worker as a subprocess. Two threads do all reading and writing, so that Blender never waits for a pipe."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .framing import FramingError, read_frame, write_frame

if TYPE_CHECKING:
    import numpy as np

LOG_VARIABLE = "ISS_WORKER_LOG"
LOG_LIMIT = 4 << 20  # bytes; a longer log is begun anew
LINGER_S = 1.0  # from the end of the output to the end of the process

Message = tuple[dict[str, Any], "dict[str, np.ndarray]"]


class WorkerProcess:
    """One running worker.

    Attributes:
        nonsense: what was wrong with the output where it could not be read; None otherwise.

    Raises:
        OSError: the command cannot be run.
    """

    def __init__(
        self, command: list[str], log: Path, environment: Mapping[str, str] | None, folder: Path | None
    ) -> None:
        self.nonsense: str | None = None
        self._incoming: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._outgoing: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        with _open_log(log) as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env={**(own_environment() if environment is None else environment), LOG_VARIABLE: str(log)},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=sys.platform != "win32",  # Ctrl-C in Blender's terminal is Blender's alone
            )
        for work in (self._read, self._write):
            threading.Thread(target=work, name=f"worker pipe {self._process.pid}", daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """The exit code, once the process has ended and all that it said is in the queue; None before."""
        return self._process.returncode if self._ended.is_set() else None

    def send(self, header: dict[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Queue a message; it is written by another thread, so do not change the arrays afterwards."""
        self._outgoing.put((header, dict(arrays or {})))

    def receive(self) -> Message | None:
        """Return the next message that has arrived, None where there is none; never waits."""
        with suppress(queue.Empty):
            return self._incoming.get_nowait()
        return None

    def close(self) -> None:
        """Close the worker's input, after what is queued: it ends by itself."""
        self._outgoing.put(None)

    def kill(self) -> None:
        """End the process now; `wait` says when it has gone."""
        with suppress(OSError):
            self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; tell whether it came."""
        return self._ended.wait(seconds)

    def _read(self) -> None:
        try:
            while (message := read_frame(self._process.stdout)) is not None:
                self._incoming.put(message)
        except (FramingError, MemoryError) as error:
            self.nonsense = str(error) or type(error).__name__
        except (OSError, ValueError) as error:  # ValueError: the pipe was closed here
            self.nonsense = f"the pipe broke: {error}"
        if self.nonsense is not None:
            self.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LINGER_S)
        self.kill()
        self._process.wait()
        self._process.stdout.close()
        self._outgoing.put(None)
        self._ended.set()

    def _write(self) -> None:
        if sys.platform != "win32":  # Blender, unlike Python alone, lets a write to a pipe that nobody reads end it
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        stream = self._process.stdin
        with suppress(OSError, ValueError):  # the process is gone: the reading thread tells why
            while (message := self._outgoing.get()) is not None:
                write_frame(stream, *message)
        with suppress(OSError, ValueError):
            stream.close()


def own_environment() -> dict[str, str]:
    """Return this process's environment without what would lead another Python astray."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("PYTHON")}


def last_lines(log: Path, count: int = 12) -> list[str]:
    """Return the end of a log; nothing where it cannot be read."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []


def _open_log(log: Path) -> BinaryIO:
    """Open a log to append to; on a disk that cannot be written, the null device."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        long = log.exists() and log.stat().st_size > LOG_LIMIT
        return open(log, "wb" if long else "ab")
    except OSError:
        return open(os.devnull, "wb")
