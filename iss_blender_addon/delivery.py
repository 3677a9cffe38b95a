"""From the worker's meshes to objects: previews while a job runs, the result when all jobs of a press are over.

Blender must not stand still meanwhile: what needs no Blender is worked out in another thread (`building.py`), and
one look at the worker makes one mesh at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from . import history
from .changes.settle import placing_of
from .language import tr
from .places import flat, free_places, matrix_of
from .previews import edited_previews
from .shapes.identity import by_uid
from .shapes.objects import new_mesh, new_object, remove_mesh
from .shapes.viewport import is_editing, is_in_use, viewports

if TYPE_CHECKING:
    from .building import Built
    from .generation import Generation
    from .runtime import Runtime


def update(state: Runtime, generation: Generation, *, blocking: bool = False) -> bool:
    """Show new previews of a generation; place its results where it is over.

    Returns whether more meshes are on their way, so that it pays to look again soon. Waits while Blender holds on to
    objects.
    """
    if not blocking and is_in_use():
        return False
    if is_editing():
        let_go_of_edited(state, generation)
    if not blocking:
        built, more = state.builder.next(generation)
        if built is not None:
            _show(state, generation, built)
        if more:
            return True
    if not generation.is_over:
        return False
    if all(job.is_over for job in generation.finer.values()):
        _finish(state, generation, blocking=blocking)
    return False


def scene_of(generation: Generation) -> bpy.types.Scene:
    """Return the scene that gets the results: its own, or the current one where that was deleted."""
    return by_uid(bpy.data.scenes, generation.scene) or bpy.context.scene or bpy.data.scenes[0]


def let_go_of_edited(state: Runtime, generation: Generation) -> None:
    """Leave previews to a person who edits them, and let their results come beside them."""
    numbers = {job.key: number for number, job in enumerate(generation.jobs)}
    for obj in edited_previews():
        key = obj.iss_shape.preview_of
        if key in numbers:
            generation.previews[key].let_go(obj)
            beside = free_places(obj.matrix_world, max(obj.dimensions), state.taken_places, 1)
            (generation.places[numbers[key]],) = beside


def _finish(state: Runtime, generation: Generation, *, blocking: bool) -> None:
    """Put the results in the places of their previews, and tell."""
    let_go_of_edited(state, generation)
    generation.keep_meshes()
    state.generations.finish(generation)
    _adopt_moved(generation)
    _remove_previews(generation)
    if generation.usable:
        _place(generation, blocking=blocking)
        if generation.change is None:
            history.add(generation)
    failed = not generation.usable or any(job.message for job in generation.jobs)
    state.say(_summary(generation), is_alert=failed)


def _summary(generation: Generation) -> str:
    """Return one sentence about how it ended, with what a person may not expect to see."""
    told = _with_placing(generation, generation.summary())
    if any(preview.was_edited for preview in generation.previews.values()):
        return tr("{told}. The preview that you have edited stays", told=told.rstrip("."))
    return told


def _with_placing(generation: Generation, told: str) -> str:
    """Add why the result stands beside its source where it was to take its place."""
    change = generation.change
    if change is None or not generation.usable:
        return told
    source, result = by_uid(bpy.data.objects, change.source), generation.usable[0].result
    placing = placing_of(change, source, has_shape=result is not None and result.shape is not None)
    return tr(placing.reason, told=told, name=source.name) if placing.reason else told


def _show(state: Runtime, generation: Generation, built: Built) -> None:
    """Bring a mesh into the scene, on its job's preview where a person wants one; a final one waits for its place."""
    job, preview = built.job, generation.previews[built.job.key]
    let_go_of_edited(state, generation)
    obj = preview.advance(built.count)
    if not (preview.is_wanted or built.is_final):
        return
    mesh = new_mesh(job.title, built.parts, generation.look)
    if built.is_final:
        generation.prepared[job.key] = mesh.session_uid
    if obj is not None:
        former, obj.data = obj.data, mesh
        remove_mesh(former)
    elif preview.is_wanted and not generation.is_over:
        place = matrix_of(generation.places[generation.jobs.index(job)])
        preview.begin(new_object(scene_of(generation), job.title, mesh, place, generation.collection))


def _adopt_moved(generation: Generation) -> None:
    """Let results stand where a person has moved their previews."""
    for number, preview in enumerate(generation.previews.values()):
        obj = preview.object
        if obj is not None:
            generation.places[number] = flat(obj.matrix_world)


def _remove_previews(generation: Generation) -> None:
    """Remove the preview objects; final meshes stay for the results, which come at once."""
    for key, preview in generation.previews.items():
        preview.end(keep=by_uid(bpy.data.meshes, generation.prepared.get(key, 0)))


def _place(generation: Generation, *, blocking: bool) -> None:
    """Call the operator that makes the objects: it is what Undo and Adjust Last Operation know."""
    options = {
        "key": generation.key,
        "detail": generation.detail,
        "size": generation.look.size,
        "smooth": generation.look.smooth,
    }
    if blocking or bpy.app.background:  # there is no undo to push to
        bpy.ops.iss.place_shapes("EXEC_DEFAULT", **options)
        return
    with bpy.context.temp_override(**_place_of_work()):
        bpy.ops.iss.place_shapes("EXEC_DEFAULT", True, **options)  # True: one step of undo


def _place_of_work() -> dict[str, Any]:
    """Return the first 3D viewport, in which Adjust Last Operation appears; a window alone where none is open."""
    found = next(viewports(), None)
    if found is None:
        return {"window": bpy.context.window_manager.windows[0]}
    window, area = found
    return {"window": window, "area": area, "region": next(one for one in area.regions if one.type == "WINDOW")}
