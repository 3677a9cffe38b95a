"""Pairs of captioned pictures of a bundle's training shapes and their codes: what M and the prior learn from."""

from __future__ import annotations

from pathlib import Path

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.code_source import CodesOf
from iss_backend.training.fidelity import fidelities, fidelity_weights
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.pairs import FeatureCodePairs, encode_pairs, kept_pairs


def known_pairs(
    bundle: Bundle,
    shapes: PackedShapes,
    known: KnownShapes,
    codes_of: CodesOf,
    count: int,
    seed: int,
    file: Path,
    report: ProgressCallback,
) -> FeatureCodePairs:
    """Encode `count` captioned pictures, most of the shapes that D shows well (see `fidelity`), or read them again.

    Args:
        bundle: whose CLIP and D they are; captions' features are moved across its gap, as those of asked texts are.
        shapes: the packed shapes.
        known: those that the bundle knows.
        codes_of: gives their codes under any palettes.
        count: pictures.
        seed: of every draw.
        file: where they are kept for a training that is resumed.
        report: told about every shape and picture.
    """

    def make() -> FeatureCodePairs:
        """Encode the pictures."""
        scores = fidelities(bundle.svr, shapes, known.numbers, known.codes(known.numbers), report)
        weights = fidelity_weights(scores, [shapes.entries[number].category for number in known.numbers])
        told = CaptionedBatches(shapes, known.numbers, None, ClipTrainingSettings(seed=seed)).captions_of
        models = (bundle.svr, bundle.clip)
        return encode_pairs(*models, shapes, known.numbers, count, seed, codes_of, report, told, weights)

    return kept_pairs(file, make).with_texts_moved(bundle.gap)
