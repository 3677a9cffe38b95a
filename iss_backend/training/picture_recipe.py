"""SS3D from a folder of single pictures, without cameras: first E_S and D, then M and the prior."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from iss_backend.bundle import CLIP_FOLDER, ShapeCodes
from iss_backend.clip import Clip, load_clip
from iss_backend.data.plain_pictures import picture_files, read_prepared
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.svr import build_svr
from iss_backend.svr.checkpoints import WEIGHTS_FILE, write_model
from iss_backend.svr.ss3d import Ss3dModel
from iss_backend.svr.ss3d_losses import POSE_STEPS, SAMPLES, SinglePicture
from iss_backend.training.outputs import begin_stage, mark_work, marks_in, require_new_bundle, require_run_folder
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.pairs_bundle import PairsPlan, write_bundle_of_pairs
from iss_backend.training.recipes import SVR_FILES, load_trained_svr
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr_pictures import SinglePictureSettings, train_ss3d_on_pictures

log = logging.getLogger(__name__)

PICTURE_SIZE = 128  # pixels a side that are kept of each picture
# The published rate fine-tunes a model that has seen many shapes; from random weights it would take weeks.
FINE_TUNING_RATE, SCRATCH_RATE = 1e-5, 1e-4


@dataclass(frozen=True)
class PicturesPlan:
    """How SS3D is trained on pictures.

    Attributes:
        steps, batch, rays, samples, pose_steps, seed: of the training, see `SinglePictureSettings`.
        config: fields of `Ss3dConfig` that differ, where there is no model in the run folder to go on from.
    """

    steps: int
    batch: int = 4
    rays: int = 256
    samples: int = SAMPLES
    pose_steps: int = POSE_STEPS
    seed: int = 0
    config: dict[str, Any] = field(default_factory=dict)


def train_pictures_run(folder: Path, output: Path, plan: PicturesPlan, report: ProgressCallback) -> None:
    """Train the SS3D of a run folder (from `convert` or `train svr`), or a new one, on the pictures below a folder.

    Checkpoints lie in OUTPUT/checkpoints/pictures; those of another plan, model or other pictures are removed.

    Raises:
        BadInputError: no picture can be used, or the run folder holds another model.
        OutputError: `output` is a bundle, the disk is full, or a file cannot be written.
    """
    require_run_folder(output)
    pictures = [picture for _, picture in read_pictures(folder, report)]
    found = (output / WEIGHTS_FILE).is_file()
    model = load_ss3d(output) if found else _new_model(plan)
    rate = FINE_TUNING_RATE if found else SCRATCH_RATE
    loop = LoopSettings(steps=plan.steps, learning_rate=rate)
    settings = SinglePictureSettings(plan.batch, plan.rays, plan.samples, plan.pose_steps, plan.seed, loop)
    work = begin_stage(output, "pictures", plan, _marks(folder, output, *SVR_FILES))
    checkpoint = work / "pictures.safetensors"
    train_ss3d_on_pictures(model.requires_grad_(True), pictures, settings, checkpoint, report)
    write_model(output, "ss3d", asdict(model.config), model.state_dict())
    mark_work(work, plan, _marks(folder, output, *SVR_FILES))  # the same command again starts from its own result


def _marks(folder: Path, output: Path, *names: str) -> dict[str, Any]:
    """Return what tells the pictures below a folder from others by their names and times, and parts of a run folder."""
    files = [path for file in picture_files(folder) for path in (file.picture, file.mask) if path is not None]
    seen = [f"{os.path.relpath(path, folder)} {path.stat().st_mtime_ns}" for path in files]
    return {"pictures": seen} | marks_in(output, *names)


def train_pictures_bundle(
    folder: Path, output: Path, bundle: Path, plan: PicturesPlan, of_pairs: PairsPlan, report: ProgressCallback
) -> None:
    """Do as `train_pictures_run`, then train M and the prior, and write a bundle with the run's CLIP.

    Both learn from pairs of E_I and E_S of the same pictures. D stays as it is: L_bg has nothing to whiten, because
    SS3D's empty space shows the white behind it. Checkpoints of M and the prior lie in OUTPUT/checkpoints/stage1;
    those of another plan, model, CLIP or other pictures are removed.

    Raises:
        BadInputError: no picture can be used, or the run folder holds another model.
        BundleError: there is no CLIP in it.
        OutputError: there is a bundle or another CLIP in `bundle` already, it is the run folder itself, or a file
            cannot be written.
    """
    require_new_bundle(bundle, output)
    clip = load_clip(output / CLIP_FOLDER)  # before E_S and D are trained
    train_pictures_run(folder, output, plan, report)
    svr = load_ss3d(output)
    named = read_pictures(folder, report)
    work = begin_stage(output, "stage1", of_pairs, _marks(folder, output, *SVR_FILES, CLIP_FOLDER))
    pairs = _pairs(svr, clip, [picture for _, picture in named], report)
    kept = ShapeCodes(pairs.codes, tuple(f"{of_pairs.words[0]}/{name}" for name, _ in named))
    notes = {"training pictures": len(named), "language": "English"}
    write_bundle_of_pairs(output, work, bundle, (svr, clip), pairs, kept, of_pairs, notes, report)


def read_pictures(folder: Path, report: ProgressCallback) -> list[tuple[str, SinglePicture]]:
    """Return the names and pictures below a folder; one that cannot be used is left out with a logged warning.

    Raises:
        BadInputError: none can be used.
    """
    files, pictures = picture_files(folder), []
    for file in with_progress("read", files, report):
        try:
            prepared = read_prepared(file, PICTURE_SIZE)
            pictures.append((file.picture.stem, SinglePicture(prepared.image, prepared.mask)))
        except BadInputError as error:
            log.warning("skipped %s", error)
    if not pictures:
        raise BadInputError(f"None of the {len(files)} pictures in {folder} can be used; see the warnings.")
    return pictures


def load_ss3d(output: Path) -> Ss3dModel:
    """Return the SS3D of a run folder, frozen.

    Raises:
        BadInputError: there is none, or the model is another one.
    """
    model = load_trained_svr(output)
    if not isinstance(model, Ss3dModel):
        raise BadInputError(
            f"The model in {output} is a {type(model).__name__}, which single pictures without cameras cannot train; "
            "give the run folder of an SS3D, or a new one."
        )
    return model


def _new_model(plan: PicturesPlan) -> Ss3dModel:
    torch.manual_seed(plan.seed)  # of the initial weights
    return build_svr("ss3d", plan.config)


@torch.no_grad()
def _pairs(svr: Ss3dModel, clip: Clip, pictures: Sequence[SinglePicture], report: ProgressCallback) -> FeatureCodePairs:
    features, codes = [], []
    for picture in with_progress("pairs", pictures, report):
        features.append(clip.encode_image(picture.rgb[None]))
        codes.append(svr.encode(picture.rgb[None]))
    return FeatureCodePairs(torch.cat(features), torch.cat(codes))
