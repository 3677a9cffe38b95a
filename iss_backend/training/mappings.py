"""M and the prior of a bundle, which follow when what they map from or to has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.code_source import CodesOf
from iss_backend.training.known_pairs import known_pairs
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.stage1 import train_mapper_further, train_prior_further


@dataclass(frozen=True)
class MappingsPlan:
    """How M and the prior follow.

    Attributes:
        name: of the new bundle.
        meeting_steps: of a shape encoder that learns the bundle's codes before; it tells what other colours change.
        mapper_steps, prior_steps: of M and the prior, each from the weights it had.
        pairs: captioned pictures that both learn from.
        seed: of every draw.
    """

    name: str
    meeting_steps: int = 300
    mapper_steps: int = 4000
    prior_steps: int = 5000
    pairs: int = 15000
    seed: int = 0


def train_mappings(
    bundle: Bundle, shapes: PackedShapes, codes_of: CodesOf, plan: MappingsPlan, work: Path, report: ProgressCallback
) -> None:
    """Train M and the prior further, in place, on the shapes that the bundle knows.

    Args:
        bundle: whose they are; its CLIP, D and codes are finished.
        shapes: the packed shapes.
        codes_of: gives the codes of known shapes under any palettes.
        plan: how.
        work: folder for unfinished work.
        report: told about every step.
    """
    known = KnownShapes(shapes, bundle.shapes)
    pairs = known_pairs(bundle, shapes, known, codes_of, plan.pairs, plan.seed, work / "pairs.safetensors", report)
    train_mapper_further(bundle.mapper, pairs, plan.mapper_steps, plan.seed, work / "mapper.safetensors", report)
    train_prior_further(bundle.prior, pairs, plan.prior_steps, plan.seed, work / "prior.safetensors", report)
