"""What each part of the method is worth: without stage 1, without stage 2, without L_bg in 1, in 2, and in both.

The full row is the method as published: M(f_T), then stage 2, pictures showing what D_c paints behind the shape. The
product differs (prior, white background painted in): there L_bg has less to do.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.losses import background_loss
from iss_backend.alignment.mapper import Mapper
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.evaluation.methods import Made, Maker, Method, generating
from iss_backend.pipeline import OUR_STAGE2, GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.svr import config_of
from iss_backend.svr.base import SVRModel
from iss_backend.svr.checkpoints import WEIGHTS_FILE as SVR_FILE
from iss_backend.training.outputs import begin_stage, marks_of
from iss_backend.training.recipes import load_trained_svr
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import DecoderTrainingSettings, train_decoder
from iss_backend.training.svr import SVRTrainingSettings
from iss_backend.weights import sha256_of

FIELD_BACKGROUND = replace(OUR_STAGE2.render, background="field")
PUBLISHED = GenerateSettings(
    guess=GuessSettings(kind="mapper"), stage2=replace(OUR_STAGE2, render=FIELD_BACKGROUND), keep_best=False
)
OFFICIAL_RATE = Stage2Settings().learning_rate
BACKGROUND_VIEWS = 4


def ablation_methods(
    studio: TextToShape, bare: TextToShape | None, published: GenerateSettings = PUBLISHED
) -> dict[str, Method]:
    """Return the rows: the full method and what is left of it without each part.

    Args:
        studio: of the bundle.
        bare: the same with a D that was not fine-tuned with L_bg in stage 1; None leaves out the rows that need it.
        published: the full method.
    """
    stage2 = published.stage2
    still = replace(published, stage2=replace(stage2, steps=0))
    without = replace(published, stage2=replace(stage2, background_weight=0.0))
    methods = {
        "full": Method("as published", _told(generating(studio, published), published)),
        "no_stage1": Method("without stage 1 (M untrained)", _told(_untrained(studio, published), published)),
        "no_stage2": Method("without stage 2", _told(generating(studio, still), published), random=False),
        "no_l_bg_2": Method("without L_bg in stage 2", _told(generating(studio, without), published)),
    }
    if bare is not None:
        methods["no_l_bg_1"] = Method("without L_bg in stage 1", _told(generating(bare, published), published))
        methods["no_l_bg"] = Method("without L_bg in both", _told(generating(bare, without), published))
    return methods


def _untrained(studio: TextToShape, published: GenerateSettings) -> Maker:
    """Return stage 2 from an M of random weights, other ones for each seed.

    At the official rate: at ours, which suits a trained M, an untrained one would hardly move.
    """
    fast = replace(published, stage2=replace(published.stage2, learning_rate=OFFICIAL_RATE))

    def make(text: str, seed: int) -> Made:
        """Generate with a new M."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # of the initial weights
            mapper = Mapper(studio.bundle.mapper.config).to(studio.device).eval().requires_grad_(False)
        blank = TextToShape(replace(studio.bundle, mapper=mapper), studio.device)
        return generating(blank, fast)(text, seed)

    return make


def _told(make: Maker, published: GenerateSettings) -> Maker:
    """Return the same maker, its shapes' scores with L_bg (2) as views from all sides show it."""

    def with_background(text: str, seed: int) -> Made:
        """Make a shape and look behind it."""
        made = make(text, seed)
        scores = {**made.shape.scores, "l_bg": _background_loss_of(made, published.stage2.render)}
        return Made(replace(made.shape, scores=scores), made.studio)

    return with_background


@torch.no_grad()
def _background_loss_of(made: Made, look: RenderSettings) -> float:
    svr, device = made.studio.bundle.svr, made.studio.device
    field = svr.prepare(made.shape.code[None].to(device))
    return float(background_loss(render(svr, field, turntable_cameras(BACKGROUND_VIEWS).to(device), look).missed_rgb))


def bare_studio(
    studio: TextToShape, run: Path | None, data: Sequence[Path], steps: int, folder: Path, report: ProgressCallback
) -> tuple[TextToShape | None, str]:
    """Return the studio with a D that knows no L_bg, and what it is: from a run folder, else by fine-tuning on data.

    Raises:
        BadInputError: the run folder holds no such model, or the data cannot be used.
    """
    if run is not None:
        return _bare_studio_of_run(studio, run)
    if not data:
        return None, "none"
    bare = _bare_studio_of_training(studio, data, steps, folder, report)
    return bare, f"the bundle's after {steps} steps of L_D alone"


def _bare_studio_of_run(studio: TextToShape, run: Path) -> tuple[TextToShape, str]:
    """Return the studio with D as the SVR training left it, before stage 1, and what it is."""
    svr = load_trained_svr(run)
    if config_of(svr) != config_of(studio.bundle.svr):
        raise BadInputError(
            f"The model in {run} ({config_of(svr)[0]}) is of another form than the bundle's "
            f"({config_of(studio.bundle.svr)[0]}); give the run folder that the bundle was made from."
        )
    return _with_decoder(studio, svr), f"before stage 1, {sha256_of(run / SVR_FILE)[:12]}"


def _bare_studio_of_training(
    studio: TextToShape, data: Sequence[Path], steps: int, folder: Path, report: ProgressCallback
) -> TextToShape:
    """Return the studio with a D that was fine-tuned for some steps with L_D alone, so that it forgets L_bg."""
    svr, shapes = copy.deepcopy(studio.bundle.svr), PackedShapes(*data)
    samples = SVRTrainingSettings(loop=LoopSettings(steps, learning_rate=6e-4, warmup=10))
    settings = DecoderTrainingSettings(svr=samples, background_weight=0.0)
    work = begin_stage(folder, "decoder", settings, marks_of(None, *data) | {"decoder": studio.bundle.decoder})
    train_decoder(svr, shapes, None, settings, work / "decoder.safetensors", report)
    return _with_decoder(studio, svr)


def _with_decoder(studio: TextToShape, svr: SVRModel) -> TextToShape:
    return TextToShape(replace(studio.bundle, svr=svr.to(studio.device)), studio.device)
