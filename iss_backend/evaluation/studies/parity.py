"""What the fast renderer costs in quality: nothing, where CLIP sees and its gradient tells the same as by the slow one.

The same shapes are rendered twice for the same cameras, with the same D and the same CLIP: by the paper's dense march
(every ray through the whole cube in 128 samples, 8 secant steps), and as stage 2 renders.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.losses import clip_consistency_loss
from iss_backend.bundle import Bundle
from iss_backend.clip import Clip
from iss_backend.evaluation.methods import dense_march
from iss_backend.evaluation.metrics.retrieval import retrieval_ranks
from iss_backend.evaluation.picture_features import text_similarities
from iss_backend.evaluation.studies.table import StudyTable, scores_of_columns
from iss_backend.evaluation.text_benchmark import chosen_texts
from iss_backend.evaluation.text_sets import EvaluationText
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.rendering import Cameras, RenderSettings, random_cameras, render

DENSE, FAST, APART = "dense march, as in the paper", "fast renderer", "apart, text by text"
COLUMNS = {
    "judged": "agreement, judging CLIP",
    "r_precision": "R-precision",
    "agreement": "agreement, own CLIP",
    "seconds": "CPU s",
    "gradient": "cosine of gradients",
    "outline": "same pixels",
}


@dataclass(frozen=True, eq=False)
class Seen:
    """One shape from V cameras.

    Attributes:
        pictures: [V, 3, S, S] in 0..1.
        mask: what is hit, bool [V, S, S].
        agreement: mean cosine with the text, by the bundle's CLIP.
        gradient: of L_C with respect to the code [C].
        seconds: of the processor, for all of that.
    """

    pictures: Tensor
    mask: Tensor
    agreement: float
    gradient: Tensor
    seconds: float


def see(bundle: Bundle, code: Tensor, wanted: Tensor, cameras: Cameras, look: RenderSettings) -> Seen:
    """Render a code [C] and differentiate L_C (3) towards a unit feature [D]."""
    began = time.process_time()
    code = code.clone().requires_grad_(True)
    views = render(bundle.svr, bundle.svr.prepare(code[None]), cameras, look)
    loss = clip_consistency_loss(bundle.clip.encode_image(views.rgb), wanted)
    (gradient,) = torch.autograd.grad(loss, code)
    seconds = time.process_time() - began
    return Seen(views.rgb.detach(), views.mask, 1.0 - loss.item() / len(cameras), gradient, seconds)


def compare_renderers(
    studio: TextToShape,
    judge: Clip,
    texts: Sequence[EvaluationText],
    limit: int,
    settings: GenerateSettings,
    report: ProgressCallback,
) -> StudyTable:
    """Render the first guesses of the first `limit` texts both ways, from the cameras of a step of stage 2.

    Args:
        studio: the bundle.
        judge: a CLIP that shares no weights with it.
        texts: of the whole benchmark, among which R-precision looks for the right one.
        limit: texts that are compared.
        settings: of the first guess, and of the views.
        report: told about every text.
    """
    chosen = chosen_texts(texts, limit)
    guess = replace(settings, stage2=replace(settings.stage2, steps=0))
    pairs = [_both(studio, text.text, guess) for text in with_progress("parity", chosen, report)]
    slow, fast = (_samples(judge, seen, chosen, texts) for seen in zip(*pairs, strict=True))
    apart = [_apart(*one) for one in zip(pairs, slow, fast, strict=True)]
    names = [text.text for text in chosen]
    rows = {title: scores_of_columns(part, names) for title, part in ((DENSE, slow), (FAST, fast), (APART, apart))}
    about = {
        "bundle": studio.bundle.name,
        "texts": len(chosen),
        "views": settings.stage2.views,
        "pixels": settings.stage2.render.size,
    }
    return StudyTable("The same shapes, cameras, D and CLIP by both ways of marching", COLUMNS, rows, about)


def _samples(
    judge: Clip, seen: Sequence[Seen], chosen: Sequence[EvaluationText], texts: Sequence[EvaluationText]
) -> list[dict[str, float]]:
    """Return the numbers of each shape: the judge's agreement with its text, and whether that is the nearest of all."""
    similarities = text_similarities(judge, (one.pictures.cpu() for one in seen), texts)
    meanings = np.array([text.means or text.text for text in texts])
    meant = np.array([meanings == (text.means or text.text) for text in chosen])
    own = similarities[np.arange(len(chosen)), [texts.index(text) for text in chosen]].tolist()
    found = (retrieval_ranks(similarities, meant) == 1).astype(float).tolist()
    told = [{"agreement": one.agreement, "seconds": one.seconds} for one in seen]
    return [{"judged": a, "r_precision": b, **rest} for a, b, rest in zip(own, found, told, strict=True)]


def _apart(pair: Sequence[Seen], slow: dict[str, float], fast: dict[str, float]) -> dict[str, float]:
    """Return how far the numbers of one shape are apart, and how far pictures and gradients are the same."""
    apart = {name: abs(slow[name] - fast[name]) for name in ("judged", "r_precision", "agreement")}
    gradient = functional.cosine_similarity(pair[0].gradient, pair[1].gradient, dim=0)
    return {**apart, "gradient": float(gradient), "outline": float((pair[0].mask == pair[1].mask).float().mean())}


def _both(studio: TextToShape, text: str, guess: GenerateSettings) -> list[Seen]:
    """Return what the dense and the fast renderer show of a text's first guess."""
    bundle, code = studio.bundle, studio.generate(text, guess).code.to(studio.device)
    wanted = bundle.clip.encode_text([text])[0]
    cameras = random_cameras(guess.stage2.views, torch.Generator().manual_seed(guess.seed)).to(studio.device)
    return [see(bundle, code, wanted, cameras, each.stage2.render) for each in (dense_march(guess), guess)]
