"""The code of a picture: what E_S says of it, drawn to known shapes if it is near some, and fitted to its outline."""

from __future__ import annotations

import torch
from torch import Tensor

from iss_backend.alignment.guess import loose_share
from iss_backend.alignment.known_codes import FEWEST, drawn_to_known
from iss_backend.bundle import Bundle
from iss_backend.images import PreparedImage
from iss_backend.outline.camera_search import likely_poses, shape_cells
from iss_backend.outline.fit import OutlineSettings, fitted_to_outline
from iss_backend.progress import ProgressCallback, ignore_progress

SETTLE = 0.6  # share of the way to known shapes, of codes that are near to one
MOST_LOOSER = 0.05  # share of a shape that may come off while it is fitted: outlines of thin leaves leave crumbs
NEAR, FAR = 0.5, 0.75  # root mean squares of differences from the nearest code, between which it goes down to nothing


def read_code(
    bundle: Bundle,
    pictures: Tensor,
    outlined: PreparedImage,
    framed: bool,
    settings: OutlineSettings,
    generator: torch.Generator,
    report: ProgressCallback = ignore_progress,
) -> Tensor:
    """Return the code [C] of one object's pictures, in which it differs in size alone.

    Args:
        bundle: its E_S and D, known codes, and camera network; without a network no outline is fitted.
        pictures: [N, 3, S, S] in 0..1, of the size that E_S reads; the camera network sees the first.
        outlined: what that one shows, with the outline that is fitted.
        framed: whether they are framed as the training captures are.
        settings: of the fit; without steps the answer is E_S's own.
        generator: draws its rays.
        report: told about every step of it.
    """
    pictures = pictures.to(bundle.device)
    with torch.no_grad():
        code = bundle.svr.encode(pictures).mean(dim=0)
    # Only codes of such models are known to be spread by about one, which is what `NEAR` and `FAR` are made for.
    if not settings.steps or not bundle.svr.can_be_sharpened:
        return code
    code = near_known(code, bundle.shapes.codes)
    if bundle.camera_network is None or not _has_outline(outlined.mask):
        return code
    with torch.no_grad():
        guess = bundle.camera_network(pictures[:1])
    cells = shape_cells(bundle.svr, code)
    poses = likely_poses(cells, outlined, guess, framed, settings.poses)
    if not len(poses):
        return code
    fitted = fitted_to_outline(bundle.svr, code, poses, outlined.mask, settings, generator, report)
    loose = loose_share(shape_cells(bundle.svr, fitted).occupied)
    return fitted if loose <= loose_share(cells.occupied) + MOST_LOOSER else code


def _has_outline(mask: Tensor) -> bool:
    """Tell whether a mask holds something and leaves something out; rods of half a pixel are not even seen."""
    return bool(mask.any()) and not bool(mask.all())


def near_known(code: Tensor, known: Tensor) -> Tensor:
    """Return a code [C] drawn to known ones [M, C], the less the farther it is from all of them.

    E_S's answer is blurred where it is of a kind that it knows; of a thing unlike all others no known shape says more.
    """
    if len(known) < FEWEST:
        return code
    nearest = float((known - code).square().mean(dim=1).min().sqrt())
    trust = min(max((FAR - nearest) / (FAR - NEAR), 0.0), 1.0)
    return drawn_to_known(code[None], known, SETTLE * trust)[0]
