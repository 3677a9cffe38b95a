"""One job from its message to its last answer."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np

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
from iss_backend.worker.remarks import heard_remarks
from iss_backend.worker.requests import Request
from iss_backend.worker.streams import Channel
from iss_backend.worker.thumbnail import thumbnail


def do_job(studio: TextToShape, number: int, frame: Frame, channel: Channel, cancelled: threading.Event) -> None:
    """Do a job and send "done", or "cancelled" with the best shape so far.

    "done" has the `seconds` that it took. Both have `remarks`: a list of sentences that a person shall read, such as
    that the end of a long text was not used.

    Raises:
        IssError: for reasons a person can mend.
    """
    if frame.type not in {**JOBS, **LESSONS}:
        raise BadInputError(f"There is no job '{frame.type}'; this version knows {', '.join([*JOBS, *LESSONS])}.")
    request = Request(frame, number)
    listener = JobListener(number, channel, studio, cancelled, shows=not is_shape_only(request))
    began = time.perf_counter()
    with heard_remarks() as remarks:
        try:
            with EveryLayer(listener):
                arrays, facts = _finish(studio, request, listener)
        except Cancelled:
            arrays, facts = _best(studio, listener)
            channel.send("cancelled", arrays, id=number, **facts, remarks=remarks)
            return
    channel.send("done", arrays, id=number, **facts, remarks=remarks, seconds=time.perf_counter() - began)


def _finish(
    studio: TextToShape, request: Request, listener: JobListener
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Make the shape and its mesh, or the bundle; a wish to cancel is heard until the mesh is done.

    Returns the arrays and the facts of "done".
    """
    if request.type in LESSONS:
        return {}, LESSONS[request.type](studio, request, listener)
    settings, smooth = mesh_choices(request)
    shape = JOBS[request.type](studio, request, listener)
    listener.best = shape
    if is_shape_only(request):
        return shape_array(shape), {}
    mesh = studio.mesh(shape, settings, smooth)
    return {**mesh_arrays(mesh), **shape_array(shape), "picture": thumbnail(studio, shape)}, shape_facts(shape)


def _best(studio: TextToShape, listener: JobListener) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the best shape so far with a coarse mesh, since whoever cancels waits for nothing fine, and its facts.

    Both are empty where there is none yet.
    """
    shape = listener.best
    mesh = None if shape is None else preview_mesh(studio, shape)
    if shape is None or mesh is None:
        return {}, {}
    return {**mesh_arrays(mesh), **shape_array(shape)}, shape_facts(shape)
