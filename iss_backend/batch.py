"""Many shapes at once: on a processor with several cores by several processes, each with its share of the cores."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from iss_backend import errors
from iss_backend.errors import IssError
from iss_backend.meshing import MeshSettings
from iss_backend.pipeline import GenerateSettings, TextToShape, VarySettings
from iss_backend.progress import ProgressCallback, ProgressEvent, ignore_progress
from iss_backend.shape import Shape
from iss_backend.worker.capacity import most_at_once
from iss_backend.worker.crew import Crew
from iss_backend.worker.jobs import JOBS
from iss_backend.worker.listener import shape_array
from iss_backend.worker.orders import Order, Orders
from iss_backend.worker.protocol import Frame
from iss_backend.worker.requests import Request

LOOK_EVERY_S = 0.2  # for what a lost process has put back; also, Windows hears Ctrl-C only between two waits


def generate_many(
    studio: TextToShape,
    texts: Sequence[str],
    settings: Sequence[GenerateSettings],
    report: ProgressCallback = ignore_progress,
    resolution: int = MeshSettings().resolution,
) -> Iterator[Shape]:
    """Turn each text into a shape, as `TextToShape.generate` does one, as many at a time as there are cores for.

    Each process uses its share of the cores, so that sums are rounded in another order than with all of them: numbers
    of a code differ by about 1e-5 from those of one text after the other.

    Args:
        studio: makes shapes too, in the calling thread, while the other processes do.
        texts: what to make, in English.
        settings: of each.
        report: told how many shapes are done; about every step where there is but one.
        resolution: at which the caller turns shapes into meshes meanwhile; leaves memory for it.

    Yields:
        The shapes in the order of the texts. All ends with the generator: with the last shape, an error (those of
        `generate`), or when the caller listens no more.
    """
    if len(texts) < 2:
        yield from (studio.generate(*each, report) for each in zip(texts, settings, strict=True))
        return
    asked = [{"text": text, "settings": asdict(each)} for text, each in zip(texts, settings, strict=True)]
    yield from _made(studio, "generate", asked, {}, report, resolution)


def vary_many(
    studio: TextToShape,
    shape: Shape,
    settings: Sequence[VarySettings],
    report: ProgressCallback = ignore_progress,
    resolution: int = MeshSettings().resolution,
) -> Iterator[Shape]:
    """Make other shapes of a shape's text, as `TextToShape.vary` makes one; all else as in `generate_many`."""
    if len(settings) < 2:
        yield from (studio.vary(shape, each, report) for each in settings)
        return
    asked = [{"settings": asdict(each)} for each in settings]
    yield from _made(studio, "vary", asked, shape_array(shape), report, resolution)


def _made(
    studio: TextToShape,
    kind: str,
    asked: list[dict[str, Any]],
    arrays: dict[str, np.ndarray],
    report: ProgressCallback,
    resolution: int,
) -> Iterator[Shape]:
    headers = [json.loads(json.dumps({"type": kind, "shape_only": True, **each})) for each in asked]  # as over a pipe
    threads = torch.get_num_threads()
    batch = _Batch(studio, [Frame(header, arrays) for header in headers], report, resolution)
    try:
        yield from batch.shapes()
    finally:
        batch.stop()
        torch.set_num_threads(threads)


class _Batch:
    """Orders of one kind, done by the calling thread and by a crew."""

    def __init__(self, studio: TextToShape, frames: list[Frame], report: ProgressCallback, resolution: int) -> None:
        self._studio, self._report, self._count = studio, report, len(frames)
        self._orders, self._news = Orders(own_first=False), queue.SimpleQueue[Frame]()
        for number, frame in enumerate(frames):
            self._orders.put(Order(number, frame))
        at_once = min(most_at_once(studio, resolution), self._count)
        self._crew = Crew(studio, self._orders, self._news.put, at_once, 0.0, lambda: None)
        self._shares, self._shapes = [0.0] * self._count, {}
        self._done, self._began = 0, time.monotonic()
        for _ in range(at_once - 1):
            self._crew.hire()
        torch.set_num_threads(self._crew.threads)

    def shapes(self) -> Iterator[Shape]:
        """Yield the shapes in order."""
        for number in range(self._count):
            while number not in self._shapes:
                order = self._orders.take(wait=False)
                if order is not None:
                    self._do(order)
                else:
                    self._hear(LOOK_EVERY_S)
            yield self._shapes.pop(number)

    def stop(self) -> None:
        """End all that goes on."""
        self._crew.dismiss()

    def _do(self, order: Order) -> None:
        """Do an order in this process."""
        shape = JOBS[order.frame.type](self._studio, Request(order.frame, order.id), _Own(self, order.id))
        self._orders.finish(order)
        self._keep(order.id, shape)

    def _hear(self, seconds: float) -> None:
        """Take in what the mates have said; wait so long for the first of it."""
        with suppress(queue.Empty):
            self._understand(self._news.get(timeout=seconds) if seconds else self._news.get_nowait())
            while True:
                self._understand(self._news.get_nowait())

    def _understand(self, frame: Frame) -> None:
        if frame.type == "error":
            raise getattr(errors, frame.header["kind"], IssError)(frame.header["message"])
        if frame.type == "done":
            self._keep(frame.header["id"], Shape.from_bytes(frame.arrays["shape"].tobytes()))
        elif frame.type == "progress":
            self._shares[frame.header["id"]] = frame.header["step"] / max(1, frame.header["total"])
            self._tell()

    def hear_own(self, number: int, event: ProgressEvent) -> None:
        """Note how far an order of this process is, and what the mates have said meanwhile."""
        self._shares[number] = event.step / max(1, event.total)
        self._hear(0.0)
        self._tell()

    def _keep(self, number: int, shape: Shape) -> None:
        self._shapes[number], self._shares[number] = shape, 1.0
        self._done += 1
        self._tell()

    def _tell(self) -> None:
        """Report how many are done, and the time left by how far all are."""
        share = sum(self._shares) / self._count
        left = (time.monotonic() - self._began) * (1.0 - share) / share if share else None
        self._report(ProgressEvent("shapes", self._done, self._count, eta_s=left))


class _Own:
    """Hears what an order of this process tells."""

    def __init__(self, batch: _Batch, number: int) -> None:
        self._batch, self._number = batch, number

    def report(self, event: ProgressEvent) -> None:
        """Pass it on."""
        self._batch.hear_own(self._number, event)

    def preview(self, shape: Shape) -> None:
        """Show nobody."""
