"""Jobs that begin with a kept shape or a picture, and their parameters as the worker knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .job import Job

if TYPE_CHECKING:
    import numpy as np


def stylise_job(shape: np.ndarray, text: str, settings: dict[str, Any], detail: int, title: str) -> Job:
    """Return the job that gives a shape (its bytes, uint8 [n]) a style.

    Settings: seed, steps, views, mode ("texture", "shape_texture" or "auto"), keep_shape (0..1), continue_style.
    """
    return Job("stylise", {"text": text, "settings": settings, "resolution": detail}, {"shape": shape}, title)


def vary_job(shape: np.ndarray, settings: dict[str, Any], detail: int, title: str) -> Job:
    """Return the job that makes another shape of the same text. Settings: seed, steps, views, closeness (0..1)."""
    return Job("vary", {"settings": settings, "resolution": detail}, {"shape": shape}, title)


def edit_job(shape: np.ndarray, text: str, settings: dict[str, Any], detail: int, title: str) -> Job:
    """Return the job that changes a shape towards another text. Settings: seed, steps, views, keep (0..1)."""
    return Job("edit", {"text": text, "settings": settings, "resolution": detail}, {"shape": shape}, title)


def blend_job(first: np.ndarray, second: np.ndarray, amount: float, detail: int, title: str) -> Job:
    """Return the job that makes the shape at `amount` (0..1) of the way from one shape to another."""
    return Job("blend", {"amount": amount, "resolution": detail}, {"first": first, "second": second}, title)


def mesh_fit_job(mesh: dict[str, np.ndarray], text: str, settings: dict[str, Any], detail: int, title: str) -> Job:
    """Return the job that finds the shape nearest to a mesh; "" where nothing says what it is.

    Args:
        mesh: "vertices" float32 [V, 3], Y up and front +Z, "faces" int32 [F, 3], "colours" uint8 [V, 3].
        text: for later variations.
        settings: seed, steps.
        detail: mesh cells along each side of the result.
        title: what a person reads about it.
    """
    params: dict[str, Any] = {"settings": settings, "resolution": detail}
    if text:
        params["text"] = text
    return Job("from_mesh", params, mesh, title)


def image_job(image: np.ndarray, text: str, settings: dict[str, Any], detail: int, title: str) -> Job:
    """Return the job that makes a shape after a picture (uint8 [H, W, 3 or 4], top row first); "" is no text.

    Settings: seed, steps, views, way ("svr" or "clip"), framing ("object" to find it, "picture" for one of `view_of`).
    """
    params: dict[str, Any] = {"settings": settings, "resolution": detail}
    if text:
        params["text"] = text
    return Job("from_image", params, {"image": image}, title)
