"""Other layouts into the one multi-view data set, shape by shape; what is there already is not done again."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from iss_backend.data.capture_files import write_capture
from iss_backend.data.centred import CentredView, centred_view, fitting_focal
from iss_backend.data.co3d import Co3dSequence, co3d_categories, read_frames, read_sequences
from iss_backend.data.dvr_views import read_raw_views
from iss_backend.data.kinds import TITLES, kind_of
from iss_backend.data.multi_view import MultiViewShape, shape_folders
from iss_backend.data.pinhole import RawView
from iss_backend.data.placement import Placement, place_by_masks, place_in_cube
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, with_progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ImportPlan:
    """At most `views` pictures of `size` pixels a side of each shape, and at most `limit` shapes of each category."""

    views: int = 24
    size: int = 128
    limit: int | None = None


@dataclass(frozen=True)
class Source:
    """A shape of another layout: where it goes (`group`, `name`), what it is, and how its views are read and placed."""

    group: str
    name: str
    about: str
    read: Callable[[int], list[RawView]]
    place: Callable[[Sequence[RawView]], Placement]


def sources_in(folder: Path) -> list[Source]:
    """Return the shapes of a CO3D folder, or of one in DVR's layout with any cameras, sorted by group and name.

    Raises:
        BadInputError: it is neither, or an annotation file is damaged.
    """
    kind = kind_of(folder)
    if kind == "co3d":
        found = [(path.parent, part) for path in co3d_categories(folder) for part in read_sequences(path)]
        return [_co3d_source(root, sequence) for root, sequence in found]
    if kind == "captures":
        return [
            Source(path.parent.name, path.name, str(path), partial(read_raw_views, path), place_in_cube)
            for path in shape_folders(folder)
        ]
    raise BadInputError(f"{folder} holds {TITLES[kind]}; what is imported is CO3D, or DVR's layout with any cameras.")


def _co3d_source(root: Path, sequence: Co3dSequence) -> Source:
    about, read = f"CO3D {sequence.category}", partial(read_frames, root, sequence)
    return Source(sequence.category, sequence.name, about, read, place_by_masks)


def import_folder(folder: Path, output: Path, plan: ImportPlan, report: ProgressCallback) -> int:
    """Write the shapes of a folder as OUTPUT/GROUP/NAME; return how many are there now.

    A shape that cannot be read, or whose cameras do not see one object, is skipped with a logged warning.

    Raises:
        BadInputError: the folder holds nothing that is imported, or no shape can be used.
        OutputError: the data set cannot be written.
    """
    chosen = _limited(sources_in(folder), plan.limit)
    sources = with_progress("import", chosen, report)
    done = sum(_import_shape(source, output / source.group / source.name, plan) for source in sources)
    if not done:
        raise BadInputError(f"None of the {len(chosen)} shapes in {folder} can be used; see the warnings.")
    return done


def _limited(sources: list[Source], limit: int | None) -> list[Source]:
    """Return the first `limit` shapes of each group."""
    groups = itertools.groupby(sources, key=lambda source: source.group)
    return [source for _, members in groups for source in itertools.islice(members, limit)]


def _import_shape(source: Source, folder: Path, plan: ImportPlan) -> bool:
    """Write one shape unless it is there; return whether it is now."""
    if (folder / "cameras.npz").is_file():
        return True
    try:
        centred, focal = _centred_views(source, plan)
    except BadInputError as error:
        logger.warning("skipped %s/%s: %s", source.group, source.name, error)
        return False
    write_capture(folder, centred, focal, {"name": source.name, "source": source.about})
    return True


def centred_shape(source: Source, plan: ImportPlan) -> MultiViewShape:
    """Return a shape as it would be imported.

    Raises:
        BadInputError: it cannot be read, or its cameras do not see one object.
    """
    centred, focal = _centred_views(source, plan)
    images, masks = np.stack([view.image for view in centred]), np.stack([view.mask for view in centred])
    depths = [view.depth for view in centred if view.depth is not None]
    return MultiViewShape(
        name=source.name,
        group=source.group,
        images=images,
        albedo=images,
        masks=masks,
        depths=np.stack(depths) if len(depths) == len(centred) else None,
        normals=None,
        world_mats=np.stack([view.world_mat for view in centred]),
        focal=focal,
    )


def _centred_views(source: Source, plan: ImportPlan) -> tuple[list[CentredView], float]:
    """Find the object by its masks and centre the pictures on it; return them and their focal length."""
    views = source.read(plan.views)
    placement = source.place(views)
    focal = fitting_focal(views, placement)
    return [centred_view(view, placement, focal, plan.size) for view in views], focal
