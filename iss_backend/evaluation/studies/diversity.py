"""Diversity over tau (paper, section 3.3): more noise in the features gives more different shapes of one text.

The point score and the distances of one text's shapes should rise as tau falls, the category and the agreement fall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from iss_backend.evaluation.methods import Method, generating
from iss_backend.evaluation.metrics.diversity import mean_pairwise_distance, point_score
from iss_backend.evaluation.metrics.intervals import Score, mean_score, resampled_score
from iss_backend.evaluation.records import Record
from iss_backend.pipeline import GenerateSettings, TextToShape

HEADINGS = {"point_score": "point score", "codes": "distance of codes", "points": "distance of point features"}
TAUS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


def diversity_methods(studio: TextToShape, settings: GenerateSettings, taus: Sequence[float]) -> dict[str, Method]:
    """Return a row for each tau, which stands for tau_1 and tau_2 alike."""
    methods = {}
    for tau in sorted(taus, reverse=True):
        mixed = replace(settings, guess=replace(settings.guess, tau_1=tau), tau_2=tau)
        methods[f"tau_{tau:g}"] = Method(f"{tau:g}", generating(studio, mixed))
    return methods


def diversity_scores(records: Sequence[Record]) -> Mapping[str, Score]:
    """Return the point score of all shapes, and mean distances between the shapes of one text; failures are left out.

    With one seed there are no pairs, and the distances are missing.
    """
    by_text: dict[str, list[Record]] = {}
    for record in records:
        if record.failure is None:
            by_text.setdefault(record.text, []).append(record)
    if not by_text:
        return {}
    chances = [np.array([record.probabilities for record in group]) for group in by_text.values()]
    scores = {"point_score": resampled_score(chances, point_score)}
    pairs = {text: group for text, group in by_text.items() if len(group) > 1}
    for name, part in (("codes", "code"), ("points", "point_feature")) if pairs else ():
        values = [mean_pairwise_distance(np.array([getattr(r, part) for r in group])) for group in pairs.values()]
        scores[name] = mean_score(values, list(pairs))
    return scores
