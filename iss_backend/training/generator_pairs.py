"""Stage 1 of a model that draws shapes but cannot look at pictures (GET3D): its own samples are the training data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import measure_gap
from iss_backend.bundle import CLIP_FOLDER, Bundle, ShapeCodes, write_bundle
from iss_backend.clip import Clip, load_clip
from iss_backend.errors import BadInputError
from iss_backend.files import write_whole
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.rendering import RenderSettings, random_cameras, render
from iss_backend.svr.get3d import Get3dModel
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.recipes import load_trained_svr
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper, train_prior

# Codes that the bundle keeps to start from, and the texts that the text-image gap is measured with.
KEPT_CODES = 256
TEMPLATES = ("a {}", "a red {}", "a blue {}", "a green {}", "a yellow {}", "a black {}", "a white {}", "a grey {}")


@dataclass(frozen=True)
class GeneratorPlan:
    """Steps of M and the prior, number of pictures, seed, name of the bundle, and what is drawn: ("car",)."""

    steps: int
    pairs: int
    seed: int
    name: str
    words: tuple[str, ...]


@torch.no_grad()
def sampled_pairs(
    model: Get3dModel, clip: Clip, count: int, seed: int, report: ProgressCallback, look: RenderSettings | None = None
) -> FeatureCodePairs:
    """Draw `count` shapes, show each to E_I from one random side on white, and pair the features with the codes."""
    generator = torch.Generator().manual_seed(seed)
    codes = model.sample_codes(count, generator)
    look = look or RenderSettings(size=clip.image_size)
    meter, features = ProgressMeter("pairs", count, report), []
    for number, code in enumerate(codes):
        cameras = random_cameras(1, generator).to(code.device)
        features.append(clip.encode_image(render(model, model.prepare(code[None]), cameras, look).rgb))
        meter.step(number + 1)
    return FeatureCodePairs(torch.cat(features), codes)


def train_generator_run(output: Path, folder: Path, plan: GeneratorPlan, report: ProgressCallback) -> None:
    """Train M and the prior on what the converted generator of a run folder draws, and write a bundle.

    Raises:
        BadInputError: the model of the run folder is none that draws shapes.
        BundleError: the generator's own program is not installed, or a file is damaged.

    """
    model, clip = load_trained_svr(output), load_clip(output / CLIP_FOLDER)
    if not isinstance(model, Get3dModel):
        raise BadInputError(f"The model in {output} draws no shapes by itself; run 'train stage1' with it.")
    pairs = sampled_pairs(model, clip, plan.pairs, plan.seed, report)
    torch.manual_seed(plan.seed)  # of the initial weights
    mapper = Mapper(MapperConfig(clip.feature_size, model.code_size, final_activation=model.code_ending))
    prior = CodePrior(PriorConfig(clip.feature_size, model.code_size))
    settings = MapperTrainingSettings(seed=plan.seed, loop=LoopSettings(steps=plan.steps, learning_rate=5e-4))
    train_mapper(mapper, pairs, settings, output / "checkpoints" / "mapper.safetensors", report)
    train_prior(prior, pairs, settings, output / "checkpoints" / "prior.safetensors", report)
    gap = measure_gap(_texts(clip, plan.words), pairs.features)
    kept = pairs.codes[:KEPT_CODES]
    codes = ShapeCodes(kept, tuple(f"{plan.words[0]}/sample-{number}" for number in range(len(kept))))
    _copy_clip(output / CLIP_FOLDER, folder / CLIP_FOLDER)
    notes = {"sampled shapes": plan.pairs, "language": "English"}
    write_bundle(folder, Bundle(plan.name, clip, model, mapper.eval(), prior.eval(), gap, codes, notes))


@torch.no_grad()
def _texts(clip: Clip, words: tuple[str, ...]) -> Tensor:
    return clip.encode_text([template.format(word) for word in words for template in TEMPLATES])


def _copy_clip(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.is_file():
            write_whole(target / file.name, file.read_bytes())
