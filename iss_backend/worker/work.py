"""One job from its message to its last answer."""

from __future__ import annotations

import threading
import time

from iss_backend.errors import BadInputError, Cancelled
from iss_backend.pipeline import TextToShape
from iss_backend.worker.jobs import JOBS, is_shape_only, mesh_choices
from iss_backend.worker.lessons import LESSONS
from iss_backend.worker.listener import (
    EveryLayer,
    JobListener,
    mesh_arrays,
    preview_mesh,
    shape_array,
    shape_facts,
)
from iss_backend.worker.protocol import Frame
from iss_backend.worker.requests import Request
from iss_backend.worker.streams import Channel
from iss_backend.worker.thumbnail import thumbnail


def do_job(studio: TextToShape, number: int, frame: Frame, channel: Channel, cancelled: threading.Event) -> None:
    """Do a job and send "done", or "cancelled" with the best shape so far.

    Raises:
        IssError: for reasons a person can mend.
    """
    if frame.type not in {**JOBS, **LESSONS}:
        raise BadInputError(f"There is no job '{frame.type}'; this version knows {', '.join([*JOBS, *LESSONS])}.")
    request = Request(frame, number)
    listener = JobListener(number, channel, studio, cancelled, shows=not is_shape_only(request))
    try:
        with EveryLayer(listener):
            _finish(studio, request, channel, listener)
    except Cancelled:
        _give_best(studio, number, channel, listener)


def _finish(studio: TextToShape, request: Request, channel: Channel, listener: JobListener) -> None:
    """Make the shape and its mesh, or the bundle; a wish to cancel is heard until the mesh is done."""
    began = time.perf_counter()
    if request.type in LESSONS:
        facts = LESSONS[request.type](studio, request, listener)
        channel.send("done", id=request.id, **facts, seconds=time.perf_counter() - began)
        return
    settings, smooth = mesh_choices(request)
    shape = JOBS[request.type](studio, request, listener)
    listener.best = shape
    if is_shape_only(request):
        channel.send("done", shape_array(shape), id=request.id, seconds=time.perf_counter() - began)
        return
    mesh = studio.mesh(shape, settings, smooth)
    arrays = {**mesh_arrays(mesh), **shape_array(shape), "picture": thumbnail(studio, shape)}
    facts = {**shape_facts(shape), "seconds": time.perf_counter() - began}
    channel.send("done", arrays, id=request.id, **facts)


def _give_best(studio: TextToShape, number: int, channel: Channel, listener: JobListener) -> None:
    """Send the best shape so far with a coarse mesh, since whoever cancels waits for nothing fine."""
    shape = listener.best
    mesh = None if shape is None else preview_mesh(studio, shape)
    if shape is None or mesh is None:
        channel.send("cancelled", id=number)
        return
    channel.send("cancelled", {**mesh_arrays(mesh), **shape_array(shape)}, id=number, **shape_facts(shape))
