"""What styles do to shapes: a sheet for the eye, and agreements by a CLIP that no bundle was made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.pipeline import GenerateSettings, StyliseSettings, TextToShape
from iss_backend.preview import picture_sheet
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.shape import Shape
from iss_backend.stylisation.fields import kind_of, restore_style
from iss_backend.stylisation.shape_texture import silhouette_iou
from iss_backend.stylisation.style_text import styled_text

JUDGED_VIEWS, JUDGED_SIZE = 4, 96
HEADING = 20  # pixels above the sheet


@dataclass(frozen=True)
class StyleScore:
    """Means over the objects that one style was given to.

    Attributes:
        style: its text.
        before, after: agreement (cosine) of the styled text with pictures of the plain and of the styled shapes.
        recognised: share of the shapes whose pictures agree better with this style's text than with any other's.
        silhouette: IoU of the silhouettes before and after.
    """

    style: str
    before: float
    after: float
    recognised: float
    silhouette: float


def plain_shapes(
    studio: TextToShape, texts: Sequence[str], settings: GenerateSettings, folder: Path, report: ProgressCallback
) -> list[Shape]:
    """Generate all texts; what lies in `folder` from a run that was interrupted is taken from there."""
    meter, shapes = ProgressMeter("objects", len(texts), report), []
    for number, text in enumerate(texts):
        path = folder / f"object-{number + 1}.shape"
        shape = _kept(path, studio, {"text": text, "seed": settings.seed})
        if shape is None:
            shape = studio.generate(text, settings)
            shape.save(path)
        shapes.append(shape)
        meter.step(number + 1)
    return shapes


def styled_shapes(
    studio: TextToShape,
    shapes: Sequence[Shape],
    styles: Sequence[str],
    settings: StyliseSettings,
    folder: Path,
    report: ProgressCallback,
) -> list[list[Shape]]:
    """Give every shape every style, a row for each shape; goes on where a run was interrupted."""
    meter, rows = ProgressMeter("styles", len(shapes) * len(styles), report), []
    for number, shape in enumerate(shapes):
        row = []
        for column, style in enumerate(styles):
            path = folder / f"object-{number + 1}-{settings.mode}-{settings.way}-{column + 1}.shape"
            styled = _kept(path, studio, {"code": shape.code, "style": style, **asdict(settings)})
            if styled is None:
                styled = studio.stylise(shape, style, settings)
                styled.save(path)
            row.append(styled)
            meter.step(number * len(styles) + column + 1)
        rows.append(row)
    return rows


def score_styles(
    studio: TextToShape, judge: Clip, shapes: Sequence[Shape], rows: Sequence[Sequence[Shape]], styles: Sequence[str]
) -> list[StyleScore]:
    """Judge all styles; `judge` is a CLIP that shares no weights with the bundle's."""
    texts = torch.stack([judge.encode_text([styled_text(shape.text, style) for style in styles]) for shape in shapes])
    before = torch.stack([_seen(studio, judge, shape) for shape in shapes])  # [objects, D]
    after = torch.stack([torch.stack([_seen(studio, judge, shape) for shape in row]) for row in rows])
    plain = torch.einsum("osd,od->os", texts, before).mean(dim=0)
    agreements = torch.einsum("otd,osd->ost", texts, after)  # of styled shape s with the text of style t
    right = (agreements.argmax(dim=-1) == torch.arange(len(styles))).float().mean(dim=0)
    own = agreements.diagonal(dim1=1, dim2=2).mean(dim=0)
    pairs = list(zip(shapes, rows, strict=True))
    ious = torch.tensor([[_silhouette(studio, shape, one) for one in row] for shape, row in pairs]).mean(dim=0)
    columns = zip(styles, plain.tolist(), own.tolist(), right.tolist(), ious.tolist(), strict=True)
    return [StyleScore(*column) for column in columns]


def style_sheet(
    studio: TextToShape, shapes: Sequence[Shape], rows: Sequence[Sequence[Shape]], styles: Sequence[str], size: int
) -> Image.Image:
    """Return a sheet with a row for each shape, plain and then in all styles, `size` pixels each; 256 colours."""
    pairs = zip(shapes, rows, strict=True)
    tiles = [studio.pictures(one, 3, size)[:1] for shape, row in pairs for one in (shape, *row)]
    grid = Image.fromarray(picture_sheet(torch.cat(tiles), len(styles) + 1))
    sheet = Image.new("RGB", (grid.width, grid.height + HEADING), "white")
    sheet.paste(grid, (0, HEADING))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for number, style in enumerate(styles, 1):
        pen.text(((number + 0.5) * size, HEADING / 2), style, fill=(60, 60, 60), font=font, anchor="mm")
    return sheet.quantize(256, dither=Image.Dither.NONE)


def score_lines(scores: Sequence[StyleScore]) -> list[str]:
    """Return the table that is printed."""
    numbers = np.array([[s.before, s.after, s.recognised, s.silhouette] for s in scores])
    names = [*(score.style for score in scores), "mean"]
    rows = zip(names, [*numbers, numbers.mean(axis=0)], strict=True)
    lines = [f"{name:22} {b:6.3f} {a:6.3f} {right:11.0%} {iou:11.3f}" for name, (b, a, right, iou) in rows]
    return [f"{'style':22} before  after  recognised  silhouette", *lines]


def _kept(path: Path, studio: TextToShape, wanted: dict[str, object]) -> Shape | None:
    """Return a shape of an earlier run where it is there and came about as wanted."""
    try:
        shape = Shape.load(path)
    except BadInputError:
        return None
    facts = {**shape.settings, "text": shape.text, "seed": shape.seed, "code": shape.code}
    fits = shape.bundle == studio.bundle.name and all(_same(facts.get(name), value) for name, value in wanted.items())
    return shape if fits else None


def _same(found: object, wanted: object) -> bool:
    if isinstance(wanted, Tensor):
        return isinstance(found, Tensor) and torch.equal(found, wanted)
    if isinstance(wanted, dict):  # whose tuples came back as lists
        return isinstance(found, dict) and all(_same(found.get(name), value) for name, value in wanted.items())
    return list(found) == list(wanted) if isinstance(wanted, tuple) and found else found == wanted


def _seen(studio: TextToShape, judge: Clip, shape: Shape) -> Tensor:
    """Return the mean feature [D] of pictures from all sides; its product with a unit feature is the mean cosine."""
    pictures = studio.pictures(shape, JUDGED_VIEWS, JUDGED_SIZE)
    with torch.no_grad():
        return judge.encode_image(pictures).mean(dim=0)


def _silhouette(studio: TextToShape, shape: Shape, styled: Shape) -> float:
    if kind_of(styled.weights) != "shape":
        return 1.0  # D_o is the base's, bit for bit
    svr = studio.bundle.svr
    models = [restore_style(svr, one.weights) for one in (shape, styled)]
    return silhouette_iou(*models, shape.code.to(studio.device))
