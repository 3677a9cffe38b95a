"""Learning-rate schedule and the loop that all trainings share."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from iss_backend.errors import TrainingError
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.checkpoint import load_checkpoint, save_checkpoint

ADVICE = "the last checkpoint is whole: look at the data, or start again with a lower learning rate or another seed."


@dataclass(frozen=True)
class LoopSettings:
    """How long and how fast a training runs.

    Attributes:
        steps: optimiser steps in all; `learning_rate` rises over `warmup` steps and falls along a cosine to 1 %.
        checkpoint_every_s: seconds between checkpoints.
        evaluate_every: steps between evaluations.

    """

    steps: int
    learning_rate: float
    warmup: int = 200
    weight_decay: float = 1e-4
    gradient_clip: float = 1.0
    checkpoint_every_s: float = 180.0
    evaluate_every: int = 500


def learning_rate_at(step: int, settings: LoopSettings) -> float:
    """Return the learning rate of a step: linear warm-up, then a cosine down to one hundredth."""
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    progress = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return settings.learning_rate * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0))))


def no_evaluation(step: int) -> None:
    """Do nothing: for losses that are told step by step and need no other look."""


def run_training(
    name: str,
    model: nn.Module,
    loss_of_step: Callable[[int], Tensor],
    evaluate: Callable[[int], None],
    settings: LoopSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> None:
    """Optimise the model's trainable parameters with AdamW, resuming from `checkpoint` where there is one.

    `loss_of_step(step)` returns the scalar loss of a step; every draw in it depends on the step alone, so that a
    resumed training sees the samples it would have seen. `evaluate(step)` is called now and then and at the end.

    Raises:
        TrainingError: the loss, or its gradient, is no finite number any more.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, settings.learning_rate, weight_decay=settings.weight_decay)
    start = load_checkpoint(checkpoint, model, optimiser)
    meter, saved = ProgressMeter(name, settings.steps, report, start), time.monotonic()
    for step in range(start, settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate_at(step, settings)
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of_step(step)
        value = loss.item()
        _require_finite(f"loss of {name}", value, step)
        loss.backward()
        length = nn.utils.clip_grad_norm_(parameters, settings.gradient_clip).item()
        _require_finite(f"gradient of {name}", length, step)  # a finite loss may have one that spoils every weight
        optimiser.step()
        meter.step(step + 1, value)
        if time.monotonic() - saved > settings.checkpoint_every_s or step + 1 == settings.steps:
            save_checkpoint(checkpoint, model, optimiser, step + 1)
            saved = time.monotonic()
        if (step + 1) % settings.evaluate_every == 0 or step + 1 == settings.steps:
            evaluate(step + 1)


def _require_finite(what: str, value: float, step: int) -> None:
    if not math.isfinite(value):
        raise TrainingError(f"The {what} became {value} in step {step + 1}; {ADVICE}")
