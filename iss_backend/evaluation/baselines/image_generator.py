"""Image generator + SVR: text -> picture -> E_S -> D, for any generator that is a function of text and seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.sharpening import SharpeningSettings
from iss_backend.clip import Clip
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.evaluation.methods import Made, Method
from iss_backend.outline.fit import OutlineSettings
from iss_backend.pipeline import FromImageSettings, TextToShape
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.pictures import input_pictures, random_palettes
from iss_backend.training.svr import category_weights, split_indices
from iss_backend.weights import read_weights, write_weights

ImageGenerator = Callable[[str, int], Tensor]  # text and seed -> one object before a plain background, [3, H, W]
CHUNK = 256
PROMPT = "{}, one object, whole, on a plain white background"


@dataclass(frozen=True, eq=False)
class PictureShelf:
    """The built-in generator: captioned pictures of training shapes, of which the one nearest by caption is taken.

    Attributes:
        pictures: uint8 [N, 3, S, S] on white.
        captions: unit text features [N, D].
        clip: whose features they are.
    """

    pictures: Tensor
    captions: Tensor
    clip: Clip

    def __call__(self, text: str, seed: int) -> Tensor:
        """Return the picture [3, S, S] whose caption is nearest to the text; seed n takes the n-th nearest."""
        agreement = self.captions @ self.clip.encode_text([text])[0].cpu()
        nearest = agreement.topk(1 + seed % len(agreement)).indices[-1]
        return self.pictures[nearest].float() / 255.0


@dataclass(frozen=True)
class ShelfSettings:
    """How many `pictures` are drawn, of `size` pixels a side, and from which `seed`."""

    pictures: int
    size: int
    seed: int = 0


@torch.no_grad()
def write_shelf(
    path: Path, clip: Clip, shapes: PackedShapes, settings: ShelfSettings, report: ProgressCallback
) -> None:
    """Draw recoloured, captioned pictures of training shapes and keep them."""
    count, train, rng = settings.pictures, split_indices(shapes)[0], np.random.default_rng(settings.seed)
    captions = CaptionedBatches(shapes, train, None, ClipTrainingSettings(seed=settings.seed))
    meter, weights = ProgressMeter("picture shelf", count, report), category_weights(shapes, train)
    pictures, features = [], []
    for done in range(0, count, CHUNK):
        part = rng.choice(train, min(CHUNK, count - done), p=weights)
        palettes = random_palettes(shapes, part, rng)
        drawn = input_pictures(shapes, part, palettes, rng, settings.size)
        pictures.append((255.0 * drawn).round().to(torch.uint8))
        told = captions.captions_of(part, palettes, rng)
        features.append(clip.encode_text(told))
        meter.step(done + len(part))
    write_weights(path, {"pictures": torch.cat(pictures), "captions": torch.cat(features)})


def load_shelf(path: Path, clip: Clip) -> PictureShelf:
    """Read what `write_shelf` wrote for the same CLIP.

    Raises:
        BundleError: the file is missing or damaged.
    """
    arrays = read_weights(path)
    return PictureShelf(arrays["pictures"], arrays["captions"], clip)


def diffusers_generator(model: str) -> ImageGenerator:
    """Return a text-to-image pipeline of the package diffusers; nothing is downloaded.

    Args:
        model: folder of a pipeline, or a name that is in the cache of this machine.

    Raises:
        BadInputError: diffusers is not installed, or there is no such pipeline.
    """
    if find_spec("diffusers") is None:
        raise BadInputError("Pictures from a diffusion model need the package diffusers; install it, or leave it out.")
    from diffusers import AutoPipelineForText2Image  # optional

    try:
        pipeline = AutoPipelineForText2Image.from_pretrained(model, local_files_only=True)
    except (OSError, ValueError) as error:
        raise BadInputError(f"diffusers finds no pipeline '{model}' ({error}); give the folder of one.") from error

    def generate(text: str, seed: int) -> Tensor:
        """Draw a picture."""
        generator = torch.Generator().manual_seed(seed)
        picture = pipeline(PROMPT.format(text), generator=generator, output_type="np").images[0]
        return torch.from_numpy(picture).permute(2, 0, 1).float()

    return generate


# The paper's baseline knows no more than what E_S says.
AS_E_S_SAYS = FromImageSettings(
    way="svr", guess=GuessSettings(sharpening=SharpeningSettings(steps=0)), outline=OutlineSettings(steps=0)
)


def image_generator_method(studio: TextToShape, title: str, generate: ImageGenerator) -> Method:
    """Return a generator of pictures with the bundle's E_S and D behind it as a row."""

    def make(text: str, seed: int) -> Made:
        """Generate a picture and reconstruct it."""
        shape = studio.from_image(generate(text, seed), None, replace(AS_E_S_SAYS, seed=seed))
        return Made(shape, studio)

    return Method(title, make)
