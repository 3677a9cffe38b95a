"""What styles do to shapes: a sheet for the eye, and agreements by a CLIP that no bundle was made with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.evaluation.metrics.intervals import mean_score
from iss_backend.pipeline import EditSettings, GenerateSettings, StyliseSettings, TextToShape
from iss_backend.preview import picture_sheet
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.shape import Shape
from iss_backend.stylisation.fields import kind_of, restore_style
from iss_backend.stylisation.shape_texture import silhouette_iou
from iss_backend.stylisation.style_text import styled_text

JUDGED_VIEWS, JUDGED_SIZE = 4, 96
HEADING = 20  # pixels above the sheet


@dataclass(frozen=True)
class JudgedStyles:
    """What the judge says of O objects in S styles.

    Attributes:
        before, after: agreement (cosine) [O, S] of the styled text with pictures of the plain and of the styled shape.
        recognised: whether the pictures agree better with this style's text than with any other's, bool [O, S].
        silhouettes: IoU [O, S] of the silhouettes before and after.
        tiles: a picture of each shape, plain and then styled, [O, S + 1, 3, size, size] in 0..1.
    """

    before: Tensor
    after: Tensor
    recognised: Tensor
    silhouettes: Tensor
    tiles: Tensor


def plain_shapes(
    studio: TextToShape, texts: Sequence[str], settings: GenerateSettings, folder: Path, report: ProgressCallback
) -> list[Shape]:
    """Generate all texts; what lies in `folder` from a run that was interrupted is taken from there."""
    shapes = []
    for number, text in enumerate(with_progress("objects", texts, report), 1):
        wanted = {"text": text, "seed": settings.seed}
        make = partial(studio.generate, text, settings)
        shapes.append(_made_once(folder / f"object-{number}.shape", studio, wanted, make))
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

    def make(shape: Shape, style: str, path: Path) -> Shape:
        wanted = {"code": shape.code, "style": style, **asdict(settings)}
        return _made_once(path, studio, wanted, partial(studio.stylise, shape, style, settings))

    return _rows(shapes, styles, make, folder, f"{settings.mode}-{settings.way}", report)


def edited_shapes(
    studio: TextToShape,
    shapes: Sequence[Shape],
    styles: Sequence[str],
    settings: EditSettings,
    folder: Path,
    report: ProgressCallback,
) -> list[list[Shape]]:
    """Edit every shape towards its text in every style, as `styled_shapes` gives it the style."""

    def make(shape: Shape, style: str, path: Path) -> Shape:
        text = styled_text(shape.text, style)
        wanted = {"text": text, "before": shape.text, **asdict(settings)}
        return _made_once(path, studio, wanted, partial(studio.edit, shape, text, settings))

    return _rows(shapes, styles, make, folder, "edit", report)


def _rows(
    shapes: Sequence[Shape],
    styles: Sequence[str],
    make: Callable[[Shape, str, Path], Shape],
    folder: Path,
    way: str,
    report: ProgressCallback,
) -> list[list[Shape]]:
    """Make every pair, to be kept in a file of `folder`; return a row for each shape."""
    pairs = list(product(enumerate(shapes, 1), enumerate(styles, 1)))
    made = [
        make(shape, style, folder / f"object-{number}-{way}-{column}.shape")
        for (number, shape), (column, style) in with_progress("styles", pairs, report)
    ]
    return [made[start : start + len(styles)] for start in range(0, len(made), len(styles))]


def judge_styles(
    studio: TextToShape,
    judge: Clip,
    shapes: Sequence[Shape],
    rows: Sequence[Sequence[Shape]],
    styles: Sequence[str],
    report: ProgressCallback,
) -> JudgedStyles:
    """Judge all styles; `judge` is a CLIP that shares no weights with the bundle's."""
    texts = torch.stack([judge.encode_text([styled_text(shape.text, style) for style in styles]) for shape in shapes])
    seen, tiles, ious = [], [], []
    for shape, row in with_progress("judging", list(zip(shapes, rows, strict=True)), report):
        pictures = torch.stack([studio.pictures(one, JUDGED_VIEWS, JUDGED_SIZE) for one in (shape, *row)])
        tiles.append(pictures[:, 0])
        seen.append(torch.stack([_feature(judge, views) for views in pictures]))
        ious.append(torch.tensor([_silhouette(studio, shape, one) for one in row]))
    features = torch.stack(seen)  # [O, S + 1, D]
    agreements = torch.einsum("otd,osd->ost", texts, features[:, 1:])  # of styled shape s with the text of style t
    return JudgedStyles(
        before=torch.einsum("osd,od->os", texts, features[:, 0]),
        after=agreements.diagonal(dim1=1, dim2=2),
        recognised=agreements.argmax(dim=-1) == torch.arange(len(styles)),
        silhouettes=torch.stack(ious),
        tiles=torch.stack(tiles),
    )


def style_sheet(judged: Sequence[JudgedStyles], styles: Sequence[str]) -> Image.Image:
    """Return a sheet with a row for each shape of each study, plain and then in all styles; 256 colours."""
    tiles = torch.cat([one.tiles for one in judged]).flatten(0, 1)
    grid = Image.fromarray(picture_sheet(tiles, len(styles) + 1))
    sheet, size = Image.new("RGB", (grid.width, grid.height + HEADING), "white"), tiles.shape[-1]
    sheet.paste(grid, (0, HEADING))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for number, style in enumerate(styles, 1):
        pen.text(((number + 0.5) * size, HEADING / 2), style, fill=(60, 60, 60), font=font, anchor="mm")
    return sheet.quantize(256, dither=Image.Dither.NONE)


def score_lines(judged: JudgedStyles, styles: Sequence[str]) -> list[str]:
    """Return the table that is printed: means over the objects, and over all pairs with 95 % intervals."""
    columns = (judged.before, judged.after, judged.recognised.float(), judged.silhouettes)
    lines = [f"{'style':22} before  after  recognised  silhouettes"]
    means = torch.stack([column.mean(dim=0) for column in columns], dim=1).tolist()
    for style, (before, after, right, iou) in zip(styles, means, strict=True):
        lines.append(f"{style:22} {before:6.3f} {after:6.3f} {right:11.0%} {iou:12.3f}")
    names = ("before", "after", "recognised", "silhouettes")
    return [*lines, *(interval_line(name, column) for name, column in zip(names, columns, strict=True))]


def interval_line(name: str, values: Tensor) -> str:
    """Return the mean over pairs [O, S] with its interval."""
    flat = values.flatten().tolist()
    score = mean_score(flat, range(len(flat)))
    return f"{name:22} {score.mean:6.3f} ({score.low:.3f} to {score.high:.3f}) over {score.count} pairs"


def _made_once(path: Path, studio: TextToShape, wanted: dict[str, object], make: Callable[[], Shape]) -> Shape:
    """Return the shape that an earlier run kept, where it came about as wanted; else make and keep it."""
    shape = _kept(path, studio, wanted)
    if shape is None:
        shape = make()
        shape.save(path)
    return shape


def _kept(path: Path, studio: TextToShape, wanted: dict[str, object]) -> Shape | None:
    """Return a shape of an earlier run where it is there and came about as wanted."""
    try:
        shape = Shape.load(path)
    except BadInputError:
        return None
    facts = {**shape.settings, "text": shape.text, "seed": shape.seed, "code": shape.code}
    decodable = (shape.bundle, shape.decoder) == (studio.bundle.name, studio.bundle.decoder)
    return shape if decodable and all(_same(facts.get(name), value) for name, value in wanted.items()) else None


def _same(found: object, wanted: object) -> bool:
    if isinstance(wanted, Tensor):
        return isinstance(found, Tensor) and torch.equal(found, wanted)
    if isinstance(wanted, dict):  # whose tuples came back as lists
        return isinstance(found, dict) and all(_same(found.get(name), value) for name, value in wanted.items())
    return list(found) == list(wanted) if isinstance(wanted, tuple) and found else found == wanted


@torch.no_grad()
def _feature(judge: Clip, pictures: Tensor) -> Tensor:
    """Return the mean feature [D] of pictures from all sides; its product with a unit feature is the mean cosine."""
    return judge.encode_image(pictures).mean(dim=0)


def _silhouette(studio: TextToShape, shape: Shape, styled: Shape) -> float:
    if styled.weights and kind_of(styled.weights) not in ("shape", "bend"):
        return 1.0  # D_o is the base's, bit for bit
    svr = studio.bundle.svr
    models = [restore_style(svr, one.weights) for one in (shape, styled)]
    return silhouette_iou(*models, *(one.code.to(studio.device) for one in (shape, styled)))
