"""Both judges together, as they lie in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from iss_backend.clip import Clip
from iss_backend.clip.loading import WEIGHTS_FILE as CLIP_WEIGHTS
from iss_backend.evaluation.judge.judging_clip import CLIP_FOLDER, load_judging_clip
from iss_backend.evaluation.judge.shape_judge import WEIGHTS_FILE, ShapeJudge
from iss_backend.weights import sha256_of

SHIPPED_JUDGES = Path(__file__).parent.parent / "judges"


@dataclass(frozen=True)
class Judges:
    """The classifier of shapes, the judging CLIP, and a mark that changes with their weights."""

    shape: ShapeJudge
    clip: Clip
    mark: str


def load_judges(folder: Path = SHIPPED_JUDGES) -> Judges:
    """Read both judges.

    Raises:
        BundleError: one is missing or damaged.
    """
    shape, clip = ShapeJudge.load(folder), load_judging_clip(folder / CLIP_FOLDER)
    marks = [sha256_of(path)[:12] for path in (folder / WEIGHTS_FILE, folder / CLIP_FOLDER / CLIP_WEIGHTS)]
    return Judges(shape, clip, "-".join(marks))
