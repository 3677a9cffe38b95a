"""FID, KID and FPD of a method's shapes against captured shapes that no bundle was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.evaluation.judge.clouds import packed_clouds
from iss_backend.evaluation.judge.judges import Judges
from iss_backend.evaluation.metrics.distributions import feature_frechet_distance, kernel_distance
from iss_backend.evaluation.picture_features import PictureNetwork, captured_pictures, picture_features
from iss_backend.evaluation.records import Record, RecordBook
from iss_backend.evaluation.text_benchmark import BenchmarkSettings
from iss_backend.training.svr import split_indices

FEWEST_SHAPES = 2  # that have a covariance
MOST_SHAPES = 650  # with four views each the 2,600 pictures of the paper's protocol


@dataclass(frozen=True)
class Reference:
    """Features of the held-out shapes: of their pictures [N, D] by the named network, and of their points [M, F]."""

    network: PictureNetwork
    name: str
    pictures: np.ndarray
    points: np.ndarray


def build_reference(
    shapes: PackedShapes,
    judges: Judges,
    network: PictureNetwork,
    name: str,
    settings: BenchmarkSettings,
    seed: int = 0,
) -> Reference:
    """Return the features of the held-out side of packed shapes, of at most `MOST_SHAPES`.

    Raises:
        BadInputError: fewer than two of them are of a category that the judge could have a class for.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(split_indices(shapes)[1])[:MOST_SHAPES]
    pictures = captured_pictures(shapes, chosen, settings.views, settings.picture_size, rng)
    points = packed_clouds(shapes, chosen, rng).points
    if len(points) < FEWEST_SHAPES:
        raise BadInputError(
            f"FID, KID and FPD compare with {FEWEST_SHAPES} held-out shapes or more, the data have {len(points)} of a "
            "category that can be judged; give more data, or leave --data out."
        )
    return Reference(network, name, picture_features(network, pictures), judges.shape.features(points).numpy())


def distances_to(reference: Reference, book: RecordBook, records: Sequence[Record]) -> dict[str, Any]:
    """Return FID and KID (with the network's name) and FPD of the records that are no failures; {} for too few."""
    made = [record for record in records if record.failure is None]
    if len(made) < FEWEST_SHAPES:
        return {}
    pictures = picture_features(reference.network, (book.pictures_of(record.key) for record in made))
    points = np.array([record.point_feature for record in made])
    return {
        "network": reference.name,
        "fid": feature_frechet_distance(pictures, reference.pictures),
        "kid": kernel_distance(pictures, reference.pictures),
        "fpd": feature_frechet_distance(points, reference.points),
        "pictures": len(pictures),
        "reference_pictures": len(reference.pictures),
    }
