"""Where trainings keep their results and their unfinished work, and what tells whose work that is."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from iss_backend.bundle import CLIP_FOLDER, MANIFEST, Bundle, write_bundle
from iss_backend.data.joined import joined_folders
from iss_backend.data.kinds import LISTING, is_packed
from iss_backend.data.multi_view import shape_folders
from iss_backend.errors import OutputError
from iss_backend.files import make_folder, write_whole, writing
from iss_backend.weights import sha256_of

log = logging.getLogger(__name__)

PLAN = "plan.json"


def bundle_name(output: Path) -> str:
    """Return what a bundle is called where nobody names it: its folder's name; "" for the root of a drive."""
    return output.resolve().name  # "." and ".." have none of their own


def begin_work(output: Path, plan: Any, source: dict[str, Any]) -> Path:
    """Return the folder for unfinished work beside a bundle that is to be made: OUTPUT.work.

    What lies there is gone on with where it was begun with the same plan (a dataclass) on the same source; what was
    begun otherwise is removed, and the log says so.

    Raises:
        OutputError: there is a bundle or a CLIP already, OUTPUT.work holds something else, or cannot be written.
    """
    _require_no_bundle(output)
    work = _work_folder(output)
    if not _is_begun(work, plan, source):
        _require_no_clip(output)  # one that lies there later is this work's own, from a finish that was interrupted
        _begin(work, plan, source)
    return work


def require_new_bundle(output: Path, run: Path) -> None:
    """Refuse a folder for the bundle of a run folder that holds a bundle, or another CLIP than the run's.

    The run's own CLIP lies there where the bundle's writing was interrupted.

    Raises:
        OutputError: there is one of them, or it is the run folder itself.
    """
    _require_no_bundle(output)
    if output.resolve() == run.resolve():
        raise OutputError(f"The bundle would replace the models of its own run folder {run}; choose another folder.")
    there, own = marks_in(output, CLIP_FOLDER), marks_in(run, CLIP_FOLDER)
    if any(there[name] != own[name] for name in there.keys() & own.keys()):
        _require_no_clip(output)


def require_run_folder(run: Path) -> None:
    """Refuse a bundle as the run folder of a training that writes a model into it.

    Raises:
        OutputError: it is one.
    """
    if (run / MANIFEST).is_file():
        raise OutputError(f"{run} is a bundle, a part of which this training would replace; choose another --output.")


def begin_stage(run: Path, stage: str, plan: Any, source: dict[str, Any]) -> Path:
    """Return the folder for the checkpoints of one training in a run folder: RUN/checkpoints/STAGE.

    What lies there is kept, finished or not, where it was begun with the same plan (a dataclass) on the same source:
    the same command again goes on with it, or trains nothing. What was begun otherwise is removed, and the log says so.

    Raises:
        OutputError: the folder holds something else, or cannot be written.
    """
    work = run / "checkpoints" / stage
    if not _is_begun(work, plan, source):
        _begin(work, plan, source)
    return work


def _begin(work: Path, plan: Any, source: dict[str, Any]) -> None:
    with writing(work):
        _clear(work)
    mark_work(work, plan, source)


def _is_begun(work: Path, plan: Any, source: dict[str, Any]) -> bool:
    with writing(work):
        return (work / PLAN).is_file() and (work / PLAN).read_bytes() == _mark(plan, source)


def mark_work(work: Path, plan: Any, source: dict[str, Any]) -> None:
    """Write down what the work in a folder is done with, and made from.

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    write_whole(work / PLAN, _mark(plan, source))


def _mark(plan: Any, source: dict[str, Any]) -> bytes:
    return json.dumps({"plan": asdict(plan), "source": source}, indent=1, sort_keys=True, default=str).encode()


def _work_folder(output: Path) -> Path:
    folder = output.resolve()
    if not folder.name:
        raise OutputError(f"A bundle cannot be the whole of '{folder}'; give a folder in it.")
    return folder.with_name(folder.name + ".work")


def _require_no_bundle(output: Path) -> None:
    if (output / MANIFEST).is_file():
        raise OutputError(f"There is a bundle in {output} already; choose another folder for the new one.")


def _require_no_clip(output: Path) -> None:
    if (output / CLIP_FOLDER).exists():
        raise OutputError(
            f"There is '{output / CLIP_FOLDER}' already, where the new bundle's CLIP belongs; choose another folder."
        )


def _clear(work: Path) -> None:
    """Make an empty folder of work that nobody goes on with, and of nothing else."""
    if (work / PLAN).is_file():
        log.warning("The work in %s is of other options, another model or other data: it is removed.", work)
        _empty(work)
    elif work.exists() and any(work.iterdir()):
        raise OutputError(f"'{work}' is for unfinished work, but holds other files; move them, or choose another name.")
    work.mkdir(parents=True, exist_ok=True)


def _empty(work: Path) -> None:
    """Remove what lies in a folder of work, its plan last: what is interrupted is still known to be such work."""
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != PLAN:
            path.unlink()
    (work / PLAN).unlink()


def marks_of(bundle: Path | None, *data: Path) -> dict[str, Any]:
    """Return what tells data sets, and the bundle where there is one, from others.

    These are the check sums of what they list, of a joined set that of each part; captures, which list nothing, are
    told by their names and times.
    """
    start = {} if bundle is None else {"bundle": sha256_of(bundle / MANIFEST)}
    return start | {"data": [mark for folder in data for mark in _marks_of_data(folder)]}


def _marks_of_data(data: Path) -> list[str]:
    if is_packed(data):
        return [sha256_of(folder / LISTING) for folder in joined_folders(data)]
    cameras = [folder / "cameras.npz" for folder in shape_folders(data)]
    return [f"{file.parent.relative_to(data).as_posix()} {file.stat().st_mtime_ns}" for file in cameras]


def marks_in(run: Path, *names: str) -> dict[str, str]:
    """Return the check sums of files in a run folder, and of those in its folders, by their paths there.

    What is missing has none.
    """
    files = [file for name in names for file in (run / name, *(run / name).glob("*")) if file.is_file()]
    return {file.relative_to(run).as_posix(): sha256_of(file) for file in files}


def without_point_tower(bundle: Bundle) -> Bundle:
    """Return a bundle whose text tower is to change: its point tower knows the old one's words, and is left out."""
    if bundle.point_tower is not None:
        log.warning("The point tower knows the old words alone and is left out; 'train points' makes another.")
    return replace(bundle, point_tower=None)


def finish_bundle(source: Path, output: Path, bundle: Bundle, work: Path) -> None:
    """Write a bundle that keeps the CLIP of the one in `source`, and remove the unfinished work on it.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    copy_clip(source / CLIP_FOLDER, output / CLIP_FOLDER)
    write_bundle(output, bundle)
    end_work(work)


def copy_clip(source: Path, target: Path) -> None:
    """Copy the files of a CLIP's folder.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    make_folder(target)
    for file in source.iterdir():
        if file.is_file():
            write_whole(target / file.name, file.read_bytes())


def end_work(work: Path) -> None:
    """Remove the unfinished work of a bundle that is complete now."""
    shutil.rmtree(work, ignore_errors=True)
