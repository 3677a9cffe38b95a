"""Works out the worker's meshes in a thread beside Blender's own, one after the other. No Blender data here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .shapes.mesh_parts import MeshParts, parts_of

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from .generation import Generation
    from .jobs.job import Job, MeshArrays


@dataclass(frozen=True, eq=False)
class Built:
    """The parts of a job's mesh: its `count`-th one, and whether it is the last, at full detail."""

    job: Job
    count: int
    is_final: bool
    parts: MeshParts


class MeshBuilder:
    """Hands out meshes that are ready for Blender; there is one for all generations."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    def next(self, generation: Generation) -> tuple[Built | None, bool]:
        """Return a mesh that has become ready, None where there is none now, and whether one is in the making.

        Raises:
            MemoryError: of the thread.
        """
        for job in generation.jobs:
            latest, preview = generation.latest(job), generation.previews[job.key]
            if latest.mesh is None or preview.count == latest.count:
                continue
            if not (preview.is_wanted or latest.is_final):
                continue
            if job.key not in generation.making:
                generation.making[job.key] = latest, self._submit(latest.mesh)
        for job in generation.jobs:
            latest, made = generation.making.get(job.key, (None, None))
            if made is not None and made.done():
                del generation.making[job.key]
                return Built(job, latest.count, latest.is_final, made.result()), True
        return None, bool(generation.making)

    def stop(self) -> None:
        """End the thread; what is in the making is dropped."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None

    def _submit(self, mesh: MeshArrays) -> Future[MeshParts]:
        from concurrent.futures import ThreadPoolExecutor  # loaded late, as numpy is

        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "meshes for Blender")
        return self._thread.submit(parts_of, mesh)
