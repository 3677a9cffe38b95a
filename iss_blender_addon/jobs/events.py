"""Reading the worker's events; the one place that knows how their fields are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .job import JobResult, MeshArrays, Progress

if TYPE_CHECKING:
    import numpy as np

FACTS = ("text", "seed", "bundle", "settings", "scores", "seconds", "remarks", "folder")
LARGEST_PICTURE = 4 << 20  # bytes


class Event(Protocol):
    """One event of the worker's client."""

    type: str
    id: int | None
    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]


def progress_of(event: Event) -> Progress:
    """Return what a progress event says."""
    header = event.header
    step, total = int(header.get("step") or 0), int(header.get("total") or 0)
    return Progress(str(header.get("phase") or ""), step, total, header.get("loss"), header.get("eta_s"))


def mesh_of(event: Event) -> MeshArrays | None:
    """Return the event's mesh where it is a sound one (shapes and indices fit), else None."""
    arrays = event.arrays
    if not {"vertices", "faces", "colours"} <= arrays.keys():
        return None
    mesh = MeshArrays(arrays["vertices"], arrays["faces"], arrays["colours"])
    return mesh if is_sound(mesh) else None


def is_sound(mesh: MeshArrays) -> bool:
    """Tell whether Blender can take the mesh: shapes [N, 3], one colour a vertex, every index in range, all finite."""
    arrays = (mesh.vertices, mesh.faces, mesh.colours)
    if any(array.ndim != 2 or array.shape[1] != 3 for array in arrays) or len(mesh.vertices) != len(mesh.colours):
        return False
    if not len(mesh.faces) or not abs(mesh.vertices).max() < 1e6:  # false for nan too
        return False
    return bool(mesh.faces.min() >= 0 and mesh.faces.max() < len(mesh.vertices))


def result_of(event: Event) -> JobResult:
    """Return what a job made, by its event "done" or "cancelled"."""
    facts = {name: event.header[name] for name in FACTS if event.header.get(name) is not None}
    return JobResult(mesh_of(event), event.arrays.get("shape"), facts, picture_of(event))


def picture_of(event: Event) -> np.ndarray | None:
    """Return the event's picture where it is one, uint8 [H, W, 4], else None."""
    picture = event.arrays.get("picture")
    fits = picture is not None and picture.dtype.name == "uint8" and picture.ndim == 3 and picture.shape[2] == 4
    return picture if fits and 0 < picture.size <= LARGEST_PICTURE else None
