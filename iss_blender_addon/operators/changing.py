"""What the operators that change objects share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..changes.change import Change
from ..changes.sources import places_beside, selection_problem
from ..generation import Generation
from ..jobs.job import Job
from ..preferences import preferences
from ..runtime import ensure_timer, runtime
from ..settings import choices_of
from ..shapes.extent import size_of
from ..shapes.objects import Look
from ..shapes.record import panel_settings_of
from ..shapes.viewport import show_colours

if TYPE_CHECKING:
    from collections.abc import Iterable


class ChangingOperator:
    """Starts generations from the selected objects; the step of undo comes with each result."""

    bl_options = {"REGISTER"}
    settings_name = ""  # of the panel's settings in the scene

    @classmethod
    def problem(cls, context: bpy.types.Context) -> str:
        """Return why the operator cannot run now, as a sentence for its tooltip; "" where it can."""
        return selection_problem(context)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is no `problem`; where there is one, the tooltip says it."""
        problem = cls.problem(context)
        if problem:
            cls.poll_message_set(problem)
        return not problem

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Start with the panel's settings, and do not wait."""
        return self.execute(context)

    def chosen(self, scene: bpy.types.Scene, names: Iterable[str]) -> dict[str, Any]:
        """Return what was said in the call, else what stands in the panel."""
        settings, said = getattr(scene, self.settings_name), self.properties.is_property_set
        return {name: getattr(self if said(name) else settings, name) for name in names}

    def start(self, generations: Iterable[Generation]) -> set[str]:
        """Start generations, at least one; scripts and background mode wait for the results.

        Each has begun before the next one is drawn from the iterable, which then finds the place of the first taken.
        """
        state, begun = runtime(), []
        for generation in generations:
            state.begin(generation)
            begun.append(generation)
        if not (bpy.app.background or not self.options.is_invoke):
            if preferences().show_colours:
                show_colours()
            ensure_timer()
            return {"FINISHED"}
        for generation in begun:
            state.run_to_end(generation)
            self.report({"INFO"} if generation.usable else {"WARNING"}, generation.summary())
        if any(generation.usable for generation in begun):
            return {"FINISHED"}
        self.report({"ERROR"}, begun[0].summary())
        return {"CANCELLED"}


def change_of(scene: bpy.types.Scene, obj: bpy.types.Object, jobs: list[Job], change: Change) -> Generation:
    """Return the generation whose jobs change an object; its results are as large and as finely meshed as that is."""
    panel = panel_for(scene, obj) | {"change": change.about}
    count = 1 if change.frames else len(jobs)
    places = places_beside(obj, count) * (len(jobs) // count)
    made = Generation(jobs, panel, scene.session_uid, places, Look(size_of(obj), _is_smooth(obj)), detail_of(obj))
    made.change = change
    if change.frames:
        for preview in made.previews.values():
            preview.is_wanted = False  # they stand in one place: nothing to see before they are a run
    return made


def panel_for(scene: bpy.types.Scene, obj: bpy.types.Object | None) -> dict[str, Any]:
    """Return what had been chosen for an object, completed by the panel's settings."""
    kept = panel_settings_of(obj) if obj is not None else {}
    return {**choices_of(scene.iss_generate), **kept, "variations": 1}


def detail_of(obj: bpy.types.Object) -> int:
    """Return the mesh cells a side that an object was made with."""
    return obj.iss_shape.detail or 128


def _is_smooth(obj: bpy.types.Object) -> bool:
    return not isinstance(obj.data, bpy.types.Mesh) or not obj.data.polygons or obj.data.polygons[0].use_smooth
