"""Stage 1 of a model that draws shapes but cannot look at pictures (GET3D): its own samples are the training data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from iss_backend.bundle import CLIP_FOLDER, ShapeCodes
from iss_backend.clip import Clip, load_clip
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import RenderSettings, random_cameras, render
from iss_backend.svr.get3d import Get3dModel
from iss_backend.training.outputs import begin_stage, marks_in, require_new_bundle
from iss_backend.training.pairs import FeatureCodePairs, kept_pairs
from iss_backend.training.pairs_bundle import PairsPlan, write_bundle_of_pairs
from iss_backend.training.recipes import SVR_FILES, load_trained_svr

KEPT_CODES = 256  # that the bundle ships to start from


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
    features = []
    for code in with_progress("pairs", codes, report):
        cameras = random_cameras(1, generator).to(code.device)
        features.append(clip.encode_image(render(model, model.prepare(code[None]), cameras, look).rgb))
    return FeatureCodePairs(torch.cat(features), codes)


def train_generator_run(output: Path, folder: Path, plan: GeneratorPlan, report: ProgressCallback) -> None:
    """Train M and the prior on what the converted generator of a run folder draws, and write a bundle.

    Checkpoints lie in OUTPUT/checkpoints/stage1; those of another plan, generator or CLIP are removed.

    Raises:
        BadInputError: the model of the run folder is none that draws shapes.
        BundleError: the generator's own program is not installed, or a file is damaged.
        OutputError: there is a bundle or another CLIP in `folder` already, it is the run folder itself, or a file
            cannot be written.
    """
    require_new_bundle(folder, output)
    model, clip = load_trained_svr(output), load_clip(output / CLIP_FOLDER)
    if not isinstance(model, Get3dModel):
        raise BadInputError(f"The model in {output} draws no shapes by itself; run 'train stage1' with it.")
    work = begin_stage(output, "stage1", plan, marks_in(output, *SVR_FILES, CLIP_FOLDER))
    file = work / "pairs.safetensors"
    pairs = kept_pairs(file, lambda: sampled_pairs(model, clip, plan.pairs, plan.seed, report))
    codes = pairs.codes[:KEPT_CODES]
    kept = ShapeCodes(codes, tuple(f"{plan.words[0]}/sample-{number}" for number in range(len(codes))))
    notes = {"sampled shapes": plan.pairs, "language": "English"}
    of_pairs = PairsPlan(plan.steps, plan.seed, plan.name, plan.words)
    write_bundle_of_pairs(output, work, folder, (model, clip), pairs, kept, of_pairs, notes, report)
