"""Pictures of the SVR model's own reconstructions, so that the CLIP understands what stage 2 will show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.data.recolour import recolour
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import RenderSettings, random_cameras, render
from iss_backend.svr.base import SVRModel
from iss_backend.training.code_source import CodesOf
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.weights import read_weights, write_weights

VIEWS = 3  # of a known shape


@dataclass(frozen=True)
class Reconstructions:
    """Rendered reconstructions.

    Attributes:
        pictures: RGB on white and coverage, uint8 [M, 4, S, S].
        shapes: number of the shape that each picture shows, [M].
        palettes: its colours in 0..1, [M, K, 3].
    """

    pictures: Tensor
    shapes: Tensor
    palettes: Tensor

    @staticmethod
    def load(path: Path) -> Reconstructions:
        """Read what `render_reconstructions` wrote; raises BundleError where the file is damaged."""
        return Reconstructions(**read_weights(path))


@torch.no_grad()
def render_reconstructions(
    svr: SVRModel,
    shapes: PackedShapes,
    chosen: np.ndarray,
    codes_of: CodesOf,
    views: int,
    size: int,
    seed: int,
    output: Path,
    report: ProgressCallback,
) -> None:
    """Decode the code of every chosen shape, recoloured, and render it from `views` random cameras."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    pictures, palettes = [], []
    for shape in with_progress("reconstructions", chosen, report):
        palette = recolour(shapes.palettes[shape], shapes.shares[shape], rng).astype(np.float32)[None]
        code = codes_of(np.array([shape]), torch.from_numpy(palette))
        settings = RenderSettings(size=size, ambient=float(rng.uniform(0.35, 0.65)))
        seen = render(svr, svr.prepare(code), random_cameras(views, generator), settings)
        layers = torch.cat([seen.rgb, seen.mask[:, None].float()], dim=1)
        pictures.append((layers * 255.0).round().to(torch.uint8))
        palettes.append(np.repeat(palette, views, axis=0))
    arrays = {
        "pictures": torch.cat(pictures),
        "palettes": torch.from_numpy(np.concatenate(palettes)),
        "shapes": torch.from_numpy(np.repeat(chosen, views)),
    }
    write_weights(output, arrays, half=False)  # own colours are told from others by their very numbers


def reconstructions_of_known(
    bundle: Bundle,
    shapes: PackedShapes,
    known: KnownShapes,
    codes_of: CodesOf,
    count: int,
    seed: int,
    work: Path,
    report: ProgressCallback,
) -> Reconstructions:
    """Return pictures of `count` known shapes as D shows them, rendered once and kept in the folder `work`."""
    path = work / "reconstructions.safetensors"
    if not path.is_file():
        chosen = np.sort(np.random.default_rng((seed, 3)).permutation(known.numbers)[:count])
        size = bundle.clip.image_size
        render_reconstructions(bundle.svr, shapes, chosen, codes_of, VIEWS, size, seed, path, report)
    return Reconstructions.load(path)
