"""How every training begins that makes one bundle of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from iss_backend.bundle import DEFAULT_BUNDLE, Bundle, load_bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.training.outputs import begin_work, marks_of
from iss_backend.training.svr import mean_iou, require_held_out_side, require_training_side, split_indices


@dataclass(frozen=True)
class Beginning:
    """The `bundle` of a `folder`, the packed `shapes` for its further training, and a folder for unfinished `work`."""

    folder: Path
    bundle: Bundle
    shapes: PackedShapes
    work: Path


def begin_further(
    data: Path,
    source: Path | None,
    output: Path,
    plan: Any,
    check: Callable[[Bundle, Path], None] | None = None,
    measured: bool = False,
) -> Beginning:
    """Load the bundle in `source` (None: the shipped one) and packed shapes, to write another bundle into `output`.

    Args:
        data: folder of packed shapes.
        source: folder of the bundle.
        output: folder of the new bundle.
        plan: a dataclass; unfinished work with an equal plan on the same bundle and data is continued.
        check: raises BadInputError where the bundle will not do, before anything is written.
        measured: whether the training needs held-out shapes too.

    Raises:
        BadInputError: as `check` says, or there are no packed shapes in `data`, or none to train on, or, if `measured`,
            none to measure with.
        BundleError: there is no bundle in `source`, or it is damaged.
        OutputError: there is a bundle in `output` already, or the folder cannot be written.
    """
    folder = source or DEFAULT_BUNDLE
    bundle = load_bundle(folder)
    if check is not None:
        check(bundle, folder)
    shapes = PackedShapes(data)
    require_training_side(shapes)
    if measured:
        require_held_out_side(shapes)
    return Beginning(folder, bundle, shapes, begin_work(output, plan, marks_of(folder, data)))


def need_prior(bundle: Bundle, folder: Path) -> None:
    """Refuse a bundle without a prior, in a training that is for the prior or that it has to follow.

    Raises:
        BadInputError: it has none.
    """
    if bundle.prior is None:
        raise BadInputError(f"The bundle in {folder} has no prior, which this training needs; give one that has.")


def with_held_out_iou(bundle: Bundle, shapes: PackedShapes) -> Bundle:
    """Return a bundle whose notes tell the mIoU of E_S + D, measured on shapes that it was not trained on."""
    score = round(mean_iou(bundle.svr, shapes, split_indices(shapes)[1]), 4)
    return replace(bundle, notes=bundle.notes | {"held-out mIoU": score})
