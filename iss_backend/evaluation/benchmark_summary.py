"""From records to scores: means with intervals by method, by table of texts, and for unusual words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from iss_backend.clip import Clip
from iss_backend.evaluation.metrics.colours import has_colours
from iss_backend.evaluation.metrics.diversity import mean_pairwise_distance
from iss_backend.evaluation.metrics.intervals import Score, mean_score
from iss_backend.evaluation.metrics.retrieval import retrieval_ranks
from iss_backend.evaluation.picture_features import text_similarities
from iss_backend.evaluation.records import Record, RecordBook
from iss_backend.evaluation.text_sets import EvaluationText

WITHIN = 5


@dataclass(frozen=True)
class Judged:
    """A record with what is right about it; None where its text asks for nothing of the kind."""

    record: Record
    text: EvaluationText
    category: bool | None
    colour: bool | None
    rank: int

    @property
    def values(self) -> dict[str, float | None]:
        """Return every criterion as 0 or 1, or None."""
        return {
            "category": _number(self.category),
            "colour": _number(self.colour),
            "r_precision": float(self.rank == 1),
            f"r_precision_within_{WITHIN}": float(self.rank <= WITHIN),
            "watertight": float(self.record.health.watertight),
            "sound": float(self.record.health.is_sound()),
        }


def judge_records(
    book: RecordBook, texts: Sequence[EvaluationText], classes: Sequence[str], clip: Clip, keys: Iterable[tuple]
) -> list[Judged]:
    """Compare records with what their texts ask for.

    Args:
        book: of a run.
        texts: of the whole benchmark: R-precision looks for the right one among all.
        classes: that the judge tells apart; texts of another category are not judged by category.
        clip: the judging CLIP.
        keys: of the records to compare; those that the book lacks are left out.
    """
    by_name = {text.text: text for text in texts}
    records = [book.records[key] for key in keys if key in book]
    ranks = _ranks(book, records, texts, clip)
    judged = []
    for record, rank in zip(records, ranks, strict=True):
        text = by_name[record.text]
        category = record.said == text.category if text.category in classes else None
        colour = has_colours(record.colours, text.colours) if text.colours else None
        judged.append(Judged(record, text, category, colour, rank))
    return judged


def _ranks(book: RecordBook, records: Sequence[Record], texts: Sequence[EvaluationText], clip: Clip) -> list[int]:
    """Return the rank of each record's text, or of one that means the same; past the last for a failure."""
    made = [record for record in records if record.failure is None]
    ranks = {record.key: len(texts) + WITHIN for record in records}
    if made:
        meanings = np.array([text.means or text.text for text in texts])
        meaning_of = {text.text: text.means or text.text for text in texts}
        meant = np.array([meanings == meaning_of[record.text] for record in made])
        similarities = text_similarities(clip, (book.pictures_of(record.key) for record in made), texts)
        found = retrieval_ranks(similarities, meant)
        ranks |= {record.key: int(rank) for record, rank in zip(made, found, strict=True)}
    return [ranks[record.key] for record in records]


def summarise(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the scores of one method: over all texts, by table, by category, of unusual words, and its diversity."""
    sources = sorted({one.text.source for one in judged})
    categories = sorted({one.text.category for one in judged if one.category is not None})
    return {
        "scores": scores_of(judged),
        "by_table": {source: scores_of([one for one in judged if one.text.source == source]) for source in sources},
        "by_category": {
            name: score.mean
            for name in categories
            if (score := scores_of([one for one in judged if one.text.category == name]).get("category"))
        },
        "unusual_words": unusual_words(judged),
        "diversity": diversity(judged),
        "median_seconds": _median([one.record.seconds for one in judged]),
        "median_processor_seconds": _median([one.record.processor_seconds for one in judged]),
        "failures": sum(one.record.failure is not None for one in judged),
    }


def scores_of(judged: Sequence[Judged]) -> dict[str, Score]:
    """Return a score for every criterion that any of the shapes is judged by."""
    scores = {}
    for name in judged[0].values if judged else ():
        known = [(value, one.record.text) for one in judged if (value := one.values[name]) is not None]
        if known:
            scores[name] = _score(known)
    return scores


def unusual_words(judged: Sequence[Judged]) -> dict[str, dict[str, Score]]:
    """Return how much better (above 0) or worse unusual words do than the plain texts that mean the same, by table."""
    differences: dict[str, dict[str, list[tuple[float, str]]]] = {}
    plain = {(one.record.text, one.record.seed): one.values for one in judged}
    for one in judged:
        twin = plain.get((one.text.means, one.record.seed))
        for name, value in one.values.items() if twin else ():
            if value is not None and twin[name] is not None:
                of_table = differences.setdefault(one.text.source, {}).setdefault(name, [])
                of_table.append((value - twin[name], one.record.text))
    return {source: {name: _score(pairs) for name, pairs in table.items()} for source, table in differences.items()}


def diversity(judged: Sequence[Judged]) -> float | None:
    """Return the mean distance, in the features of the classifier, of shapes of one text; None where there is one seed.

    Codes of different models could not be compared.
    """
    features: dict[str, list[tuple[float, ...]]] = {}
    for one in judged:
        if one.record.point_feature:
            features.setdefault(one.record.text, []).append(one.record.point_feature)
    distances = [mean_pairwise_distance(np.array(group)) for group in features.values() if len(group) > 1]
    return float(np.mean(distances)) if distances else None


def _score(pairs: Sequence[tuple[float, str]]) -> Score:
    values, texts = zip(*pairs, strict=True)
    return mean_score(values, texts)


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def _number(right: bool | None) -> float | None:
    return None if right is None else float(right)
