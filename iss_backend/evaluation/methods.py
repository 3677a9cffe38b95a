"""The rows of the benchmark: ways from a text to a shape, all with the same decoder and renderer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.guess import GuessSettings
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.shape import Shape
from iss_backend.weights import read_weights, write_weights

NEAREST_VIEWS = 3
DEFAULT = "default"


@dataclass(frozen=True)
class Method:
    """One way.

    Attributes:
        title: what it is, for tables.
        make: a function of text and seed.
        random: whether the seed changes anything.
    """

    title: str
    make: Callable[[str, int], Shape]
    random: bool = True


def build_methods(
    studio: TextToShape, cache: Path, report: ProgressCallback, settings: GenerateSettings | None = None
) -> dict[str, Method]:
    """Return the methods by name; what the nearest-shape baseline knows of the training shapes is kept in `cache`."""
    default = settings or GenerateSettings()
    still = replace(default, stage2=replace(default.stage2, steps=0))
    mapped = replace(still, guess=GuessSettings(kind="mapper"), keep_best=False)
    nearest = NearestShape(studio, cache, report)

    def generate_with(chosen: GenerateSettings) -> Callable[[str, int], Shape]:
        """Return the generation of a text and a seed with the other settings as chosen."""
        return lambda text, seed: studio.generate(text, replace(chosen, seed=seed))

    return {
        "stage1": Method("stage 1 alone: M(f_T)", generate_with(mapped), random=False),
        "guess": Method("first guess: prior, best of k", generate_with(still)),
        DEFAULT: Method("default: first guess and stage 2", generate_with(default)),
        "nearest": Method("nearest training shape by the bundle's CLIP", nearest.find, random=False),
    }


class NearestShape:
    """The baseline: of all training shapes of the bundle, the one whose views agree best with the text."""

    def __init__(self, studio: TextToShape, cache: Path, report: ProgressCallback) -> None:
        self._studio, self._cache, self._report = studio, cache, report
        self._features: Tensor | None = None

    def find(self, text: str, seed: int) -> Shape:
        """Return the training shape nearest to a text; the seed plays no part."""
        if self._features is None:
            self._features = self._read_or_render()
        bundle = self._studio.bundle
        agreement = self._features @ bundle.clip.encode_text([text])[0].cpu()
        number = int(agreement.argmax())
        about = {"training shape": bundle.shapes.names[number]}
        scores = {"final": float(agreement[number])}
        return Shape(text, bundle.shapes.codes[number].float().cpu(), seed, bundle.name, about, scores)

    def _read_or_render(self) -> Tensor:
        """Return the mean unit image feature [N, D] of each training shape's views."""
        if not self._cache.is_file():
            codes = self._studio.bundle.shapes.codes
            meter, found = ProgressMeter("training shapes", len(codes), self._report), []
            for number, code in enumerate(codes):
                found.append(self._feature_of(code))
                meter.step(number + 1)
            write_weights(self._cache, {"features": torch.stack(found)}, half=False)
        return read_weights(self._cache)["features"]

    @torch.no_grad()
    def _feature_of(self, code: Tensor) -> Tensor:
        bundle, cameras = self._studio.bundle, turntable_cameras(NEAREST_VIEWS).to(self._studio.device)
        look = RenderSettings(size=bundle.clip.image_size, steps=32, grid=32)  # as candidates of the prior are seen
        pictures = render(bundle.svr, bundle.svr.prepare(code[None]), cameras, look).rgb
        return functional.normalize(bundle.clip.encode_image(pictures).mean(dim=0), dim=0).cpu()
