"""One fit from a mesh to a shape."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from iss_backend.bundle import Bundle
from iss_backend.codes import kept_code
from iss_backend.fitting.fit import first_code, fit_code, volume_iou
from iss_backend.fitting.volume import volume_of
from iss_backend.meshing import ColouredMesh
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.settings import FromMeshSettings
from iss_backend.shape import PreviewCallback, Shape

PREVIEW_EVERY = 10  # steps


def fit_shape(
    bundle: Bundle,
    mesh: ColouredMesh,
    text: str,
    settings: FromMeshSettings,
    report: ProgressCallback,
    preview: PreviewCallback,
) -> Shape:
    """Return the shape whose field comes nearest to a mesh, see `TextToShape.from_mesh`.

    Its settings tell the "iou" with the mesh, and the "placement" that brought the mesh into the cube.
    """
    volume = volume_of(mesh, np.random.default_rng(settings.seed))
    start = code = first_code(bundle.svr, volume, settings, bundle.device)
    about = {"job": "from_mesh", **asdict(settings), "placement": asdict(volume.placement)}
    blank = Shape(text, kept_code(code), settings.seed, bundle.name, about, {}, decoder=bundle.decoder)
    meter = ProgressMeter("fit", settings.steps, report)
    meter.step(0)
    preview(blank)
    for step, code, loss in fit_code(bundle.svr, volume, start, settings):
        meter.step(step, loss)
        if step % PREVIEW_EVERY == 0:
            preview(replace(blank, code=kept_code(code)))
    iou = volume_iou(bundle.svr, code, volume)
    return replace(blank, code=kept_code(code), settings={**about, "iou": iou})
