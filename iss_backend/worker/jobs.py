"""The kinds of jobs: what each reads from its message, and which method of the façade does it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from iss_backend.errors import BadInputError
from iss_backend.images import image_of_bytes
from iss_backend.meshing import ColouredMesh, MeshSettings
from iss_backend.pipeline import (
    EditSettings,
    FromImageSettings,
    FromMeshSettings,
    GenerateSettings,
    StyliseSettings,
    TextToShape,
    VarySettings,
)
from iss_backend.shape import Shape
from iss_backend.worker.listener import Listener
from iss_backend.worker.requests import Request

MESH = ("resolution", "smooth", "shape_only")  # parameters of every job
SMOOTHEST = 100  # rounds; beyond, a mesh is a pebble

Job = Callable[[TextToShape, Request, Listener], Shape]


def generate(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Make a shape from "text"."""
    request.allow("text", "settings", *MESH)
    settings = request.settings(GenerateSettings())
    return studio.generate(request.value("text", str), settings, listener.report, listener.preview)


def vary(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Make another shape of the same text as the array "shape"."""
    request.allow("settings", *MESH)
    return studio.vary(_shape(request), request.settings(VarySettings()), listener.report, listener.preview)


def edit(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Change the array "shape" towards "text"."""
    request.allow("text", "settings", *MESH)
    text, settings = request.value("text", str), request.settings(EditSettings())
    return studio.edit(_shape(request), text, settings, listener.report, listener.preview)


def stylise(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Give the array "shape" the style that "text" asks for."""
    request.allow("text", "settings", *MESH)
    text, settings = request.value("text", str), request.settings(StyliseSettings())
    return studio.stylise(_shape(request), text, settings, listener.report, listener.preview)


def from_image(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Make a shape from the array "image", steered by "text" where there is one."""
    request.allow("text", "settings", *MESH)
    text = request.value("text", str) if "text" in request.frame.header else None
    settings = request.settings(FromImageSettings())
    return studio.from_image(_picture(request), text, settings, listener.report, listener.preview)


def from_mesh(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Fit a shape, called "text" where that is given, to the arrays "vertices", "faces" and "colours"."""
    request.allow("text", "settings", *MESH)
    text = request.value("text", str) if "text" in request.frame.header else None
    settings = request.settings(FromMeshSettings())
    return studio.from_mesh(_given_mesh(request), text, settings, listener.report, listener.preview)


def blend(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Mix the arrays "first" and "second" by "amount"."""
    request.allow("amount", *MESH)
    return studio.blend(_shape(request, "first"), _shape(request, "second"), float(request.value("amount", float)))


def mesh(studio: TextToShape, request: Request, listener: Listener) -> Shape:
    """Take the array "shape" as it is: only its mesh is wanted."""
    request.allow(*MESH)
    return _shape(request)


JOBS: dict[str, Job] = {
    job.__name__: job for job in (generate, vary, edit, stylise, from_image, from_mesh, blend, mesh)
}


def is_shape_only(request: Request) -> bool:
    """Tell whether no previews, mesh and picture are wanted.

    Raises:
        BadInputError: that is not said by true or false.
    """
    return request.value("shape_only", bool, False)


def mesh_choices(request: Request) -> tuple[MeshSettings, int]:
    """Return how the result shall be meshed, and the rounds of smoothing.

    Raises:
        BadInputError: a value out of its range.
    """
    smooth = request.value("smooth", int, 4)
    if not 0 <= smooth <= SMOOTHEST:
        raise BadInputError(f"A mesh can be smoothed 0 to {SMOOTHEST} times, not {smooth}.")
    return MeshSettings(resolution=request.value("resolution", int, MeshSettings().resolution)), smooth


def _shape(request: Request, name: str = "shape") -> Shape:
    return Shape.from_bytes(request.array(name, 1).tobytes())


def _given_mesh(request: Request) -> ColouredMesh:
    vertices, faces = request.array("vertices", 2, np.float32), request.array("faces", 2, np.int32)
    try:
        return ColouredMesh(vertices, faces, request.array("colours", 2))
    except ValueError as error:
        raise BadInputError(f"The arrays of '{request.type}' are no mesh: {error}.") from error


def _picture(request: Request) -> Tensor:
    """Return the array "image" [H, W, 3 or 4] as [3 or 4, H, W] in 0..1; of a large picture a fraction."""
    pixels = request.array("image", 3)
    if pixels.shape[2] not in (3, 4) or not pixels.size:
        raise BadInputError(f"A picture needs 3 or 4 channels and some pixels, not the shape {list(pixels.shape)}.")
    return image_of_bytes(pixels)
