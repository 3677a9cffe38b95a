"""Training the classifier of shapes on clouds that no bundle was trained on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.clip.view_network import ViewNetwork, ViewNetworkConfig
from iss_backend.errors import BadInputError
from iss_backend.evaluation.judge.clouds import STORED_POINTS, LabelledClouds, augmented
from iss_backend.evaluation.judge.shape_judge import ShapeJudge
from iss_backend.progress import ProgressCallback
from iss_backend.training.precision import arrange_for_training, mixed_precision
from iss_backend.training.schedule import LoopSettings, run_training

log = logging.getLogger(__name__)

SMOOTHING = 0.1  # of the labels: a judge that is never quite sure generalises better


@dataclass(frozen=True)
class JudgeTrainingSettings:
    """What a step sees: `batch` clouds of `points` points, drawn as `DrawingChances` says."""

    batch: int = 48
    points: int = STORED_POINTS
    width: int = 32
    seed: int = 0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(4500, 3e-3, warmup=50, weight_decay=1e-2))


@dataclass(frozen=True, eq=False)
class DrawingChances:
    """How often clouds are drawn: a class as the root of its number of clouds, and so a source within a class.

    Many clouds hold many styles. One source may hold a hundred times as many of a class as another does: drawn evenly,
    the few of the other would hardly be learned.

    Attributes:
        of_class: [K], in the order of the classes; they sum to 1.
        of_cloud: [N], of the sources' clouds one after the other; they sum to 1.
    """

    of_class: Tensor
    of_cloud: Tensor

    @classmethod
    def of(cls, sources: Sequence[LabelledClouds], classes: Sequence[str]) -> DrawingChances:
        """Return the chances of the clouds of all sources, each of which is of one of the classes."""
        labels = [
            torch.tensor([classes.index(label) for label in source.labels], dtype=torch.long) for source in sources
        ]
        counts = torch.stack([torch.bincount(numbers, minlength=len(classes)) for numbers in labels]).float()
        of_class = functional.normalize(counts.sum(dim=0).sqrt(), p=1.0, dim=0)
        of_one = of_class * functional.normalize(counts.sqrt(), p=1.0, dim=0) / counts.clamp(min=1.0)
        return cls(of_class, torch.cat([of_one[number][numbers] for number, numbers in enumerate(labels)]))


def train_judge(
    sources: Sequence[LabelledClouds],
    test: LabelledClouds,
    settings: JudgeTrainingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> ShapeJudge:
    """Train a classifier of the classes of all sources; log its accuracy on `test`, which it never learns from.

    A class is drawn with probability p_c. The loss is the cross-entropy of logits + log p_c (logit adjustment, Menon et
    al. 2021, arXiv:2007.07314), so that the logits alone, which judge later, favour hardly any class.

    Raises:
        BadInputError: there are not two classes to tell apart.
    """
    clouds = sources[0].joined(*sources[1:])
    classes = tuple(sorted(set(clouds.labels)))
    if len(classes) < 2:
        raise BadInputError(f"A judge needs shapes of two classes or more, not {len(classes)}; give it more data.")
    labels = torch.tensor([classes.index(label) for label in clouds.labels])
    chances = DrawingChances.of(sources, classes)
    torch.manual_seed(settings.seed)  # of the initial weights
    network = ViewNetwork(ViewNetworkConfig(len(classes), settings.width))
    arrange_for_training(network)

    def loss_of_step(step: int) -> Tensor:
        """Return the cross-entropy of a batch, with the logits adjusted by how often each class is drawn."""
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        chosen = torch.multinomial(chances.of_cloud, settings.batch, replacement=True, generator=generator)
        points = augmented(clouds.points[chosen], settings.points, generator)
        # The dropout depends on the step alone too: a resumed training sees what it would have seen.
        torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
        with mixed_precision():
            logits = network(points)
        logits = logits.float() + chances.of_class.log()
        return functional.cross_entropy(logits, labels[chosen], label_smoothing=SMOOTHING)

    def evaluate(step: int) -> None:
        """Log what was reached."""
        network.eval()
        scores = class_accuracies(ShapeJudge(network, classes, {}), test)
        log.info("step %d: right on %d other shapes: %.3f", step, len(test.labels), scores.get("all", 0.0))
        network.train()

    network.train()
    run_training("judge", network, loss_of_step, evaluate, settings.loop, checkpoint, report)
    return ShapeJudge(network.eval().requires_grad_(False), classes, {})


def class_accuracies(judge: ShapeJudge, clouds: LabelledClouds, chunk: int = 64) -> dict[str, float]:
    """Return the share of clouds judged rightly by class, over "all", and as the "mean of classes"; {} for none."""
    known = clouds.of_classes(judge.classes)
    if not known.labels:
        return {}
    said = [name for part in known.points.split(chunk) for name in judge.classify(part)]
    right = np.array([a == b for a, b in zip(said, known.labels, strict=True)])
    by_class = {name: _mean_of(right, known.labels, name) for name in sorted(set(known.labels))}
    return {"all": float(right.mean()), "mean of classes": float(np.mean(list(by_class.values()))), **by_class}


def _mean_of(right: np.ndarray, labels: Sequence[str], name: str) -> float:
    return float(right[np.array([label == name for label in labels])].mean())
