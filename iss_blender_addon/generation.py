"""One press of the button: its jobs, one a variation, and where their results go. No Blender data is kept here."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .jobs.job import Job, JobState, MeshArrays
from .jobs.requests import mesh_job
from .language import tr
from .previews import Preview

if TYPE_CHECKING:
    from concurrent.futures import Future

    import numpy as np

    from .changes.change import Change
    from .places import Place
    from .shapes.mesh_parts import MeshParts
    from .shapes.objects import Look

NEAR_ENOUGH = 0.6  # overlap of a fitted shape and its original, below which a person is told what would help
MOST_REMEMBERED = 8  # generations whose meshes stay in memory for "Adjust Last Operation"


@dataclass(frozen=True, eq=False)
class Latest:
    """The newest mesh of a job: which in number it is, and whether it is the last one, at full detail."""

    mesh: MeshArrays | None = None
    count: int = 0
    is_final: bool = False


@dataclass(eq=False)
class Generation:
    """The jobs of one press.

    Attributes:
        jobs: one for each variation.
        panel: what the person had chosen, for the history and for re-use.
        scene: session_uid of the scene that gets the results.
        places: where each job's result stands.
        look: size and shading.
        detail: mesh cells a side that the jobs were asked for.
        collection: name of a collection inside "Text to Shape" for the results; "" for that one itself.
        change: what it does to an object of the scene; None where it begins at a text alone.
        previews: what a person sees of the jobs, by job key.
        making: meshes by job key that are being worked out.
        prepared: session_uid of the Blender mesh that waits for a job's result, by job key.
        meshes: finished meshes by job key and detail.
        finer: jobs that mesh at full detail what a cancelled job came to, by its key.
    """

    jobs: list[Job]
    panel: dict[str, Any]
    scene: int
    places: list[Place]
    look: Look
    detail: int
    collection: str = ""
    change: Change | None = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    previews: dict[str, Preview] = field(init=False)
    making: dict[str, tuple[Latest, Future[MeshParts]]] = field(default_factory=dict)
    prepared: dict[str, int] = field(default_factory=dict)
    meshes: dict[tuple[str, int], MeshArrays] = field(default_factory=dict)
    finer: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.previews = {job.key: Preview(job.key) for job in self.jobs}

    @property
    def is_over(self) -> bool:
        """Tell whether every job is over."""
        return all(job.is_over for job in self.jobs)

    @property
    def usable(self) -> list[Job]:
        """The jobs that came to a shape, finished or stopped half-way."""
        return [job for job in self.jobs if job.best_mesh is not None and not _came_to_nothing(job)]

    def latest(self, job: Job) -> Latest:
        """Return the newest mesh of one of the jobs; of one that came to nothing none."""
        finer = self.finer.get(job.key)
        if finer is not None and finer.is_over and finer.best_mesh is not None:
            return Latest(finer.best_mesh, job.previews + 2, is_final=True)
        if job.best_mesh is None or _came_to_nothing(job):
            return Latest()
        kept = job.result is not None and job.result.shape is not None
        stopped = job.state is JobState.CANCELLED and not kept  # then nothing finer can come
        return Latest(job.best_mesh, job.previews + job.is_over, job.state is JobState.DONE or stopped)

    def jobs_to_refine(self) -> list[Job]:
        """Return mesh jobs, not submitted yet, for what cancelled jobs came to: they have only preview meshes."""
        cancelled = [job for job in self.usable if job.state is JobState.CANCELLED]
        stopped = [job for job in cancelled if job.key not in self.finer]
        shaped = [job for job in stopped if job.result is not None and job.result.shape is not None]
        found = {job.key: mesh_job(job.result.shape, self.detail, job.title) for job in shaped}
        self.finer |= found
        return list(found.values())

    def keep_meshes(self) -> None:
        """Remember the meshes that have the detail that was asked for."""
        finished = {job.key: job for job in self.jobs if job.state is JobState.DONE}
        for key, job in (finished | self.finer).items():
            if job.best_mesh is not None:
                self.meshes.setdefault((key, self.detail), job.best_mesh)

    @property
    def picture(self) -> np.ndarray | None:
        """A picture of the first result that has one, uint8 [S, S, 4]."""
        for job in self.usable:
            for one in (job, self.finer.get(job.key)):
                if one is not None and one.result is not None and one.result.picture is not None:
                    return one.result.picture
        return None

    @property
    def seconds(self) -> float:
        """How long the worker took for all jobs."""
        return sum(float(job.result.facts.get("seconds", 0.0)) for job in self.jobs if job.result)

    @property
    def remarks(self) -> list[str]:
        """What the worker remarked on, each once: "the end of the text was not used"."""
        heard = (one for job in self.jobs if job.result for one in job.result.facts.get("remarks", []))
        return list(dict.fromkeys(heard))

    def summary(self) -> str:
        """Return one sentence about how it ended."""
        failed = [job.message for job in self.jobs if job.state is JobState.FAILED]
        if failed:
            return failed[0]
        if not self.usable:
            return "Cancelled; nothing was changed" if self.change else "Cancelled before there was a first shape"
        text = self.change.title if self.change else self.panel.get("prompt", "")
        if any(job.state is JobState.CANCELLED for job in self.jobs):
            return self._with_remarks(tr("Stopped: kept the best of “{text}” so far", text=text))
        points = sum(len(job.best_mesh.vertices) for job in self.usable)
        told = tr("“{text}” in {seconds:.1f} s, {points:,} vertices", text=text, seconds=self.seconds, points=points)
        return self._with_remarks(self._with_overlap(told))

    def _with_remarks(self, told: str) -> str:
        """Add what the worker remarked on."""
        for remark in self.remarks:
            told = tr("{told}. {remark}", told=told, remark=remark.rstrip("."))
        return told

    def _with_overlap(self, told: str) -> str:
        """Add how near a shape came to the mesh that it was fitted to, where there was one."""
        overlaps = [job.result.facts.get("settings", {}).get("iou") for job in self.usable if job.result]
        if not overlaps or overlaps[0] is None:
            return told
        told = tr("{told}, {share:.0%} overlap with the original", told=told, share=overlaps[0])
        if overlaps[0] >= NEAR_ENOUGH:
            return told
        return tr("{told}: the bundle knows few such forms; Learn teaches them", told=told)


def _came_to_nothing(job: Job) -> bool:
    """Tell whether a job failed, or was to mesh a shape again and was stopped: its object has a better mesh."""
    return job.state is JobState.FAILED or (job.state is JobState.CANCELLED and job.kind == "mesh")


class Generations:
    """The running generations, and the last few finished ones.

    Attributes:
        active: the running ones, by key.
        has_begun: whether there was ever one; before it, Blender may be starting and its data out of reach.
    """

    def __init__(self) -> None:
        self.has_begun = False
        self.active: dict[str, Generation] = {}
        self._finished: OrderedDict[str, Generation] = OrderedDict()

    def begin(self, generation: Generation) -> None:
        """Add a generation whose jobs were submitted."""
        self.has_begun = True
        self.active[generation.key] = generation

    @property
    def places(self) -> list[Place]:
        """Where the results of the running generations are going to stand."""
        return [place for generation in self.active.values() for place in generation.places]

    def finish(self, generation: Generation) -> None:
        """Move a generation to the finished ones, the oldest of which are forgotten."""
        self.active.pop(generation.key, None)
        self._finished[generation.key] = generation
        while len(self._finished) > MOST_REMEMBERED:
            self._finished.popitem(last=False)

    def finished(self, key: str) -> Generation | None:
        """Return a finished generation, None where it was forgotten."""
        return self._finished.get(key)

    def is_previewing(self, job_key: str) -> bool:
        """Tell whether a job of a running generation has this key."""
        return any(job.key == job_key for generation in self.active.values() for job in generation.jobs)
