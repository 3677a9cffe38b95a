"""Features of pictures: what R-precision, FID and KID compare. The network is always named beside the number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.clip import Clip
from iss_backend.data.packed import Lighting, PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.evaluation.text_sets import EvaluationText

OUR_NETWORK = "image tower of the judging CLIP"
INCEPTION = "Inception v3 (torchmetrics)"
AMBIENT = 0.5  # of the light from the camera on captured pictures
CHUNK = 64
PictureNetwork = Callable[[Tensor], Tensor]  # pictures [B, 3, S, S] in 0..1 -> features [B, D]


@torch.no_grad()
def text_similarities(clip: Clip, shapes: Iterable[Tensor], texts: Sequence[EvaluationText]) -> np.ndarray:
    """Return the mean cosine [N, T] of the views [V, 3, S, S] of each shape and all texts."""
    words = torch.cat([clip.encode_text([text.text]) for text in texts])
    return torch.stack([(clip.encode_image(views) @ words.T).mean(dim=0) for views in shapes]).numpy()


def clip_network(clip: Clip) -> PictureNetwork:
    """Return the judging CLIP's image tower as a network of features, unit length left out."""
    return lambda pictures: clip.towers.encode_image(clip.preprocessing(pictures)).float()


def inception_network(weights: Path) -> PictureNetwork:
    """Return the Inception network of the published FID, from torchmetrics and a file of its weights.

    Raises:
        BadInputError: torchmetrics is not installed, or the file is none.
    """
    if not (find_spec("torchmetrics") and find_spec("torch_fidelity")):
        raise BadInputError("Inception features need torchmetrics and torch-fidelity; install them, or leave it out.")
    if not weights.is_file():
        raise BadInputError(f"There are no Inception weights at {weights}; give the file pt_inception-2015-12-05.pth.")
    from torchmetrics.image.fid import NoTrainInceptionV3  # optional

    network = NoTrainInceptionV3("inception-v3-compat", ["2048"], feature_extractor_weights_path=str(weights))
    return lambda pictures: network((pictures * 255.0).round().byte())


@torch.no_grad()
def picture_features(network: PictureNetwork, pictures: Iterable[Tensor]) -> np.ndarray:
    """Return features [N, D] of all pictures, given in batches [B, 3, S, S]."""
    found = [network(part) for batch in pictures for part in batch.split(CHUNK)]
    return torch.cat(found).numpy() if found else np.zeros((0, 0), np.float32)


def captured_pictures(
    shapes: PackedShapes, chosen: np.ndarray, views: int, size: int, rng: np.random.Generator
) -> Iterable[Tensor]:
    """Yield pictures [V, 3, size, size] of each chosen shape on white, lit from the camera as renders are."""
    for number in chosen:
        which = np.full(views, number)
        seen = shapes.draw_input_views(which, rng)
        towards = functional.normalize(shapes.camera_centres(which, seen), dim=-1)
        light = Lighting(towards, torch.full((views,), AMBIENT))
        palettes = torch.from_numpy(shapes.palettes[which])
        colour, coverage = shapes.pictures(which, seen, palettes, light, size)
        yield colour + (1.0 - coverage)
