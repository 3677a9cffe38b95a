"""Words for how far a job is. No Blender here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .language import tr

if TYPE_CHECKING:
    from .jobs.job import Job

PHASES = {
    "waiting": "Starting",
    "loading": "Loading the models",
    "stage 2": "Improving",
    "stylise": "Styling",
    "mesh": "Meshing",
    "fit": "Fitting",
    "outline": "Fitting the outline",
    "pack": "Reading captures",
    "pictures": "Remembering old shapes",
    "own codes": "Placing new shapes",
    "decoder": "Learning forms",
    "encoder": "Learning pictures",
    "features": "Looking",
    "mapper": "Learning words",
    "prior": "Learning words, finely",
    "": "Working",
}


def progress_line(job: Job) -> str:
    """Return such as "Improving 7/20, 3 s left"."""
    if job.is_cancelling:
        return tr("Stopping")
    progress = job.progress
    words = tr(PHASES.get(progress.phase, progress.phase.capitalize()))
    if progress.phase == "stage 2" and progress.step == 0:
        words = tr("First shape")
    elif progress.total:
        words = f"{words} {progress.step}/{progress.total}"
    return tr("{words}, {time} left", words=words, time=seconds_text(progress.eta_s)) if progress.eta_s else words


def seconds_text(seconds: float) -> str:
    """Return a time span such as "3 s" or "2 min 5 s"."""
    whole = max(round(seconds), 1)
    return f"{whole} s" if whole < 60 else tr("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
