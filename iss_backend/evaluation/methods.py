"""The rows of the benchmark: ways from a text to a shape, judged and drawn alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.guess import GuessSettings
from iss_backend.bundle import DEFAULT_BUNDLE, MANIFEST, Bundle
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.shape import Shape
from iss_backend.weights import read_weights, sha256_of, write_weights

NEAREST_VIEWS = 3
DEFAULT = "default"
DENSE_SAMPLES, DENSE_SECANTS = 128, 8  # of each ray, in the official code at the end of training
NEAREST_FILE = "training_shapes.safetensors"


@dataclass(frozen=True, eq=False)
class Made:
    """A shape, and the studio whose decoder its code belongs to: it meshes and draws the shape."""

    shape: Shape
    studio: TextToShape


Maker = Callable[[str, int], Made]  # of a text and a seed


@dataclass(frozen=True)
class Method:
    """One way.

    Attributes:
        title: what it is, for tables.
        make: a function of text and seed.
        random: whether the seed changes anything.
        made_with: what its shapes depend on beside bundle and settings, such as "20 steps"; "" for nothing.
    """

    title: str
    make: Maker
    random: bool = True
    made_with: str = ""


def bundle_seal(folder: Path | None) -> str:
    """Return a mark that changes with a bundle's files; None is the shipped one."""
    return sha256_of((folder or DEFAULT_BUNDLE) / MANIFEST)[:12]


def generating(studio: TextToShape, settings: GenerateSettings) -> Maker:
    """Return the generation of a text with these settings, but for the seed."""
    return lambda text, seed: Made(studio.generate(text, replace(settings, seed=seed)), studio)


def dense_march(settings: GenerateSettings) -> GenerateSettings:
    """Return settings whose stage 2 marches as in the paper: no occupancy grid, more samples and secant steps."""
    look = replace(settings.stage2.render, grid=0, steps=DENSE_SAMPLES, refine=DENSE_SECANTS)
    return replace(settings, stage2=replace(settings.stage2, render=look))


def build_methods(
    studio: TextToShape, cache: Path, report: ProgressCallback, settings: GenerateSettings | None = None
) -> dict[str, Method]:
    """Return the methods by name; what the nearest-shape baseline knows of the training shapes is kept in `cache`."""
    default = settings or GenerateSettings()
    still = replace(default, stage2=replace(default.stage2, steps=0))
    mapped = replace(still, guess=GuessSettings(kind="mapper"), keep_best=False)
    nearest = NearestShape(studio, cache, report)
    return {
        "stage1": Method("stage 1 alone: M(f_T)", generating(studio, mapped), random=False),
        "guess": Method("first guess: prior, best of k", generating(studio, still)),
        DEFAULT: Method("default: first guess and stage 2", generating(studio, default)),
        "dense": Method("default, but marched densely as in the paper", generating(studio, dense_march(default))),
        "nearest": Method("nearest training shape by the bundle's CLIP", nearest.find, random=False),
    }


class NearestShape:
    """The baseline: of all training shapes of the bundle, the one whose views agree best with the text."""

    def __init__(self, studio: TextToShape, cache: Path, report: ProgressCallback) -> None:
        self._studio, self._cache, self._report = studio, cache, report
        self._features: Tensor | None = None

    def find(self, text: str, seed: int) -> Made:
        """Return the training shape nearest to a text; the seed plays no part."""
        if self._features is None:
            self._features = training_shape_features(self._studio.bundle, self._cache, self._report)
        bundle = self._studio.bundle
        agreement = self._features @ bundle.clip.encode_text([text])[0].cpu()
        number = int(agreement.argmax())
        shape = training_shape(bundle, number)
        return Made(replace(shape, text=text, seed=seed, scores={"final": float(agreement[number])}), self._studio)


def training_shape(bundle: Bundle, row: int) -> Shape:
    """Return the training shape whose code stands in a row of the bundle's codes; its text is its name."""
    name = bundle.shapes.names[row]
    code, about = bundle.shapes.codes[row].float().cpu(), {"training shape": name}
    return Shape(name, code, 0, bundle.name, about, {}, decoder=bundle.decoder)


def training_shape_features(bundle: Bundle, cache: Path, report: ProgressCallback) -> Tensor:
    """Return the mean unit image feature [N, D] of the views of each training shape; it is kept in `cache`."""
    if not cache.is_file():
        codes = with_progress("training shapes", bundle.shapes.codes, report)
        found = [view_feature(bundle, code) for code in codes]
        write_weights(cache, {"features": torch.stack(found)}, half=False)
    return read_weights(cache)["features"]


@torch.no_grad()
def view_feature(bundle: Bundle, code: Tensor) -> Tensor:
    """Return the mean unit image feature [D] of pictures of a code [C] from all sides."""
    cameras = turntable_cameras(NEAREST_VIEWS).to(code.device)
    look = RenderSettings(size=bundle.clip.image_size, steps=32, grid=32)  # as candidates of the prior are seen
    pictures = render(bundle.svr, bundle.svr.prepare(code[None]), cameras, look).rgb
    return functional.normalize(bundle.clip.encode_image(pictures).mean(dim=0), dim=0).cpu()
