"""The worker's two pipes, kept apart from everything else that reads or prints in the process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from iss_backend.worker.protocol import write_frame


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return standard input and output as binary streams, and put the null device and stderr in their places.

    So a stray print, of Python or of a library in C, lands in the log and not inside a frame. On Windows, a library
    that asks for the kind of standard input while another thread reads it would wait too: it finds the null device.
    """
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reader, writer


class Channel:
    """Messages to the add-on, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, type_: str, arrays: Mapping[str, np.ndarray] | None = None, **facts: Any) -> None:
        """Write one message; where nobody listens any more, end the process, for Blender is gone."""
        with self._lock:
            try:
                write_frame(self._stream, {"type": type_, **facts}, arrays)
            except OSError:
                os._exit(0)  # a running computation would hold up any gentler end
