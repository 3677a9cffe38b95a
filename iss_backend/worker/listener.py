"""Between a running job and the add-on: progress and previews go out, a wish to cancel comes in."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any, Protocol

import numpy as np
from torch import nn

from iss_backend.errors import BadInputError, Cancelled
from iss_backend.meshing import ColouredMesh, MeshSettings
from iss_backend.pipeline import TextToShape
from iss_backend.progress import ProgressEvent
from iss_backend.shape import Shape
from iss_backend.worker.streams import Channel

PREVIEW = MeshSettings(resolution=48, coarse_resolution=24)
PREVIEW_SMOOTH = 2
PREVIEW_EVERY_S = 0.7


class Listener(Protocol):
    """What a job tells while it is done."""

    def report(self, event: ProgressEvent) -> None:
        """Hear how far it is."""

    def preview(self, shape: Shape) -> None:
        """Hear what it has come to."""


class JobListener:
    """Hears what one job does.

    Args:
        job: its id.
        channel: where progress and previews go.
        studio: meshes the previews.
        cancelled: set when the job is no longer wanted.
        shows: whether anybody looks at previews.

    Attributes:
        best: the last shape that the job showed, None before the first.
    """

    def __init__(
        self, job: int, channel: Channel, studio: TextToShape, cancelled: threading.Event, shows: bool = True
    ) -> None:
        self.best: Shape | None = None
        self._job, self._channel, self._studio, self._cancelled = job, channel, studio, cancelled
        self._shows = shows
        self._next_preview = 0.0

    def check(self, *_: Any) -> None:
        """End the job where that was asked for.

        Raises:
            Cancelled: it was.
        """
        if self._cancelled.is_set():
            raise Cancelled("The job was cancelled.")

    def report(self, event: ProgressEvent) -> None:
        """Pass progress on.

        Raises:
            Cancelled: that was asked for.
        """
        self.check()
        facts = {"step": event.step, "total": event.total, "loss": event.loss, "eta_s": event.eta_s}
        self._channel.send("progress", id=self._job, phase=event.phase, **facts)

    def preview(self, shape: Shape) -> None:
        """Keep a shape, and show it: the first at once, later ones now and then.

        A shape without weights of its own goes along: it is small, and the add-on then has it even where it has to
        kill this process to cancel the job.

        Raises:
            Cancelled: that was asked for.
        """
        self.best = shape
        self.check()
        if not self._shows or time.monotonic() < self._next_preview:
            return
        mesh = preview_mesh(self._studio, shape)
        if mesh is not None:
            kept = {} if shape.weights else shape_array(shape)
            self._channel.send("mesh", mesh_arrays(mesh) | kept, id=self._job, preview=True)
        self._next_preview = time.monotonic() + PREVIEW_EVERY_S


class EveryLayer:
    """While active, calls a listener's `check` before every layer of every network.

    Between two reports lies up to a second on a slow machine, and the first guess reports nothing until it is done;
    with this, a job ends within milliseconds of being cancelled.
    """

    def __init__(self, listener: JobListener) -> None:
        self._check = listener.check

    def __enter__(self) -> None:
        self._hook = nn.modules.module.register_module_forward_pre_hook(self._check)

    def __exit__(self, *_: object) -> None:
        self._hook.remove()


def preview_mesh(studio: TextToShape, shape: Shape) -> ColouredMesh | None:
    """Return a coarse mesh; None where the shape is empty, which its next steps may mend."""
    with suppress(BadInputError):
        return studio.mesh(shape, PREVIEW, PREVIEW_SMOOTH)
    return None


def mesh_arrays(mesh: ColouredMesh) -> dict[str, np.ndarray]:
    """Return the arrays of a mesh by their names in the protocol."""
    return {"vertices": mesh.vertices, "faces": mesh.faces, "colours": mesh.colours}


def shape_array(shape: Shape) -> dict[str, np.ndarray]:
    """Return a shape's bytes as an array by its name in the protocol."""
    return {"shape": np.frombuffer(shape.to_bytes(), np.uint8)}


def shape_facts(shape: Shape) -> dict[str, Any]:
    """Return what the add-on keeps beside a shape."""
    facts = {"text": shape.text, "seed": shape.seed, "bundle": shape.bundle}
    return {**facts, "settings": shape.settings, "scores": shape.scores}
