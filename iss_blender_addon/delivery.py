"""From the worker's meshes to objects: previews while a job runs, the result when all jobs of a press are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from mathutils import Matrix

from . import history
from .shapes.mesh_data import fill_mesh
from .shapes.objects import new_object, previews, remove_object
from .shapes.viewport import viewports

if TYPE_CHECKING:
    from .generation import Generation
    from .jobs.job import Job
    from .runtime import Runtime


def update(state: Runtime, generation: Generation, *, blocking: bool = False) -> None:
    """Show new previews of a generation; place its results where it is over."""
    if not generation.is_over:
        for number, job in enumerate(generation.jobs):
            _show_preview(generation, number, job)
        return
    for job in generation.jobs_to_refine():
        state.queue.submit(job)
    if not all(job.is_over for job in generation.finer.values()):
        return
    generation.keep_meshes()
    state.generations.finish(generation)
    _adopt_moved(generation)
    _remove_previews(generation)
    if generation.usable:
        _place(generation, blocking=blocking)
        if generation.change is None:
            history.add(generation)
    failed = not generation.usable or any(job.message for job in generation.jobs)
    state.say(generation.summary(), is_alert=failed)


def scene_of(generation: Generation) -> bpy.types.Scene:
    """Return the scene that gets the results: its own, or the current one where that was deleted."""
    return bpy.data.scenes.get(generation.scene) or bpy.context.scene or bpy.data.scenes[0]


def matrix_of(values: tuple[float, ...]) -> Matrix:
    """Return 16 numbers, rows first, as a matrix."""
    return Matrix([values[row : row + 4] for row in range(0, 16, 4)])


def _show_preview(generation: Generation, number: int, job: Job) -> None:
    """Bring a job's latest mesh into the scene, into the object that shows its former one."""
    mesh = job.best_mesh
    count = job.previews + job.is_over
    if mesh is None or job.key in generation.hidden or generation.shown.get(job.key) == count:
        return
    was_shown = job.key in generation.shown
    generation.shown[job.key] = count
    obj = next(previews(job.key), None)
    if obj is not None:
        if obj.type == "MESH" and obj.mode != "EDIT":
            fill_mesh(obj.data, mesh, generation.look.size, generation.look.smooth)
    elif was_shown:
        generation.hidden.add(job.key)  # a person deleted it: no more previews, the result still comes
    else:
        place = matrix_of(generation.places[number])
        made = new_object(scene_of(generation), job.title, mesh, generation.look, place, generation.collection)
        made.iss_shape.preview_of = job.key


def _adopt_moved(generation: Generation) -> None:
    """Let results stand where a person has moved their previews."""
    for number, job in enumerate(generation.jobs):
        obj = next(previews(job.key), None)
        if obj is not None:
            generation.places[number] = tuple(value for row in obj.matrix_world for value in row)


def _remove_previews(generation: Generation) -> None:
    for job in generation.jobs:
        for obj in previews(job.key):
            remove_object(obj)


def _place(generation: Generation, *, blocking: bool) -> None:
    """Call the operator that makes the objects: it is what Undo and Adjust Last Operation know."""
    options = {
        "key": generation.key,
        "detail": generation.detail,
        "size": generation.look.size,
        "smooth": generation.look.smooth,
    }
    place = next(viewports(), None)
    if blocking or place is None or bpy.app.background:  # there is no undo to push to
        bpy.ops.iss.place_shapes("EXEC_DEFAULT", **options)
        return
    window, area = place
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.iss.place_shapes("EXEC_DEFAULT", True, **options)  # True: one step of undo
