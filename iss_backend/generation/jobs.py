"""The jobs that end in stage 2: each finds out what M shall read and what the views shall agree with."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.prior import Near
from iss_backend.bundle import Bundle
from iss_backend.codes import code_of
from iss_backend.generation.attempt import SCORE_VIEWS, Attempt
from iss_backend.generation.closeness import closeness_penalty
from iss_backend.images import FILL, PreparedImage, find_object
from iss_backend.progress import ProgressCallback
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.settings import EditSettings, FromImageSettings, GenerateSettings, VarySettings
from iss_backend.shape import PreviewCallback, Shape

# How large an object is in a training capture tells its proportions; in a picture from elsewhere it tells nothing. E_S
# is shown the object at these sizes too, which span the middle of the captures, and its codes are averaged.
OTHER_FILLS = (0.48, 0.54, 0.66, 0.72)
OUTLINE_SIZE = 96  # pixels per side of the picture whose outline is fitted, whatever E_S and E_I see


def shape_from_text(
    bundle: Bundle, text: str, settings: GenerateSettings, report: ProgressCallback, preview: PreviewCallback
) -> Shape:
    """Return a shape of a text, see `TextToShape.generate`."""
    attempt = Attempt(bundle, text, settings, report, preview, job="generate")
    wanted = bundle.clip.encode_text([text])[0]
    read = wanted if settings.guess.kind == "mapper" else bundle.gap.close(wanted[None])[0]
    return attempt.improve(attempt.guess(read, wanted), wanted)


def varied_shape(
    bundle: Bundle, shape: Shape, settings: VarySettings, report: ProgressCallback, preview: PreviewCallback
) -> Shape:
    """Return another shape of the same text, see `TextToShape.vary`."""
    base = shape.without_style()
    code = code_of(base, bundle)[0]
    attempt = Attempt(bundle, base.text, settings, report, preview, job="vary")
    if base.text:
        wanted = bundle.clip.encode_text([base.text])[0]
        read = bundle.gap.close(wanted[None])[0]
    else:
        read = wanted = _feature_of_views(bundle, code)
    near = Near(code, settings.closeness) if settings.closeness > 0 else None
    return attempt.improve(attempt.guess(read, wanted, near, by_form=bool(base.text)), wanted)


def edited_shape(
    bundle: Bundle, shape: Shape, text: str, settings: EditSettings, report: ProgressCallback, preview: PreviewCallback
) -> Shape:
    """Return a shape changed towards another text, see `TextToShape.edit`."""
    base = shape.without_style()
    code = code_of(base, bundle)[0]
    attempt = Attempt(bundle, text, settings, report, preview, job="edit", before=base.text)
    wanted = bundle.clip.encode_text([text])[0]
    start = attempt.guess(bundle.gap.close(wanted[None])[0], wanted, Near(code, settings.keep))
    penalty = closeness_penalty(bundle.svr, code, start.code(bundle.mapper), settings)
    return attempt.improve(start, wanted, penalty)


def shape_from_image(
    bundle: Bundle,
    image: Tensor,
    text: str | None,
    settings: FromImageSettings,
    report: ProgressCallback,
    preview: PreviewCallback,
) -> Shape:
    """Return the shape in a picture, see `TextToShape.from_image`."""
    found, framed = find_object(image), settings.framing == "picture"

    def prepared(size: int, fill: float = FILL) -> PreparedImage:
        """Return the object as a model sees it; a framed one tells its own size."""
        return found.framed(size) if framed else found.centred(size, fill)

    with torch.no_grad():
        seen = bundle.clip.encode_image(prepared(bundle.clip.image_size).image[None].to(bundle.device))[0]
    if text is None:  # nothing to steer towards that the picture does not give already
        settings = replace(settings, stage2=replace(settings.stage2, steps=0))
    attempt = Attempt(bundle, text or "", settings, report, preview, job="from_image")
    if settings.way == "svr":
        fills = (FILL,) if framed else (FILL, *OTHER_FILLS)
        pictures = torch.stack([prepared(bundle.svr.image_size, fill).image for fill in fills])
        start = attempt.start_of_pictures(seen, pictures, prepared(OUTLINE_SIZE), framed, settings.outline)
    else:
        start = attempt.guess(seen, seen, by_form=False)
    return attempt.improve(start, seen if text is None else bundle.clip.encode_text([text])[0])


@torch.no_grad()
def _feature_of_views(bundle: Bundle, code: Tensor) -> Tensor:
    """Return the unit feature [D] of what pictures of a code [C] show: what is wanted where there is no text."""
    look = RenderSettings(size=bundle.clip.image_size, steps=48, grid=32)
    cameras = turntable_cameras(SCORE_VIEWS).to(code.device)
    features = bundle.clip.encode_image(render(bundle.svr, bundle.svr.prepare(code[None]), cameras, look).rgb)
    return functional.normalize(features.mean(dim=0), dim=-1)
