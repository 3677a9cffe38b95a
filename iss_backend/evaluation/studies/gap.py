"""The text-image gap, and how near each feature leads to f_S (paper, section 3.2.2).

The paper reports a cosine distance of f_T and f_I of 0.783, and distances to f_S of 0.21 for M(f_I), 0.45 for M(f_T),
and 0.21 for M'(f_T) after stage 2.
"""

from __future__ import annotations

from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.held_out import AFTER, PictureScores, captioned_pictures, score_picture
from iss_backend.evaluation.metrics.intervals import mean_score
from iss_backend.evaluation.studies.table import StudyTable
from iss_backend.progress import ProgressCallback, ProgressMeter

COLUMNS = {"distance": "cosine distance", "agreement": "CLIP agreement"}
GAP_ROW = "f_T to f_I"


def measure_distances(
    bundle: Bundle, shapes: PackedShapes, texts: int, seeds: int, settings: Stage2Settings, report: ProgressCallback
) -> StudyTable:
    """Measure all distances on captioned pictures of `texts` held-out shapes, anew for each seed.

    Raises:
        BadInputError: the data have fewer held-out shapes.
    """
    meter = ProgressMeter("distances", texts * seeds, report)
    samples: list[PictureScores] = []
    groups: list[int] = []
    for seed in range(seeds):
        for seen in captioned_pictures(bundle, shapes, texts, seed):
            samples.append(score_picture(bundle, seen, settings, seed))
            groups.append(seen.shape)
            meter.step(len(samples))
    rows = {GAP_ROW: {"distance": mean_score([sample.gap for sample in samples], groups)}}
    for name in samples[0].distances:
        rows[name] = {"distance": mean_score([sample.distances[name] for sample in samples], groups)}
        if name in samples[0].agreements:
            rows[name]["agreement"] = mean_score([sample.agreements[name] for sample in samples], groups)
    about = {"bundle": bundle.name, "captioned pictures": len(samples), "seeds": seeds, "steps": settings.steps}
    about["paper"] = {GAP_ROW: 0.783, "M(f_I)": 0.21, "M(f_T)": 0.45, AFTER.format("M(f_T)"): 0.21}
    return StudyTable("Distance of codes to f_S = E_S(I), held-out shapes", COLUMNS, rows, about)
