"""Puts finished shapes into the scene: one step of undo, and what Adjust Last Operation (F9) changes."""

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from ..changes.settle import settle
from ..delivery import scene_of
from ..generation import Generation
from ..jobs.job import Job, MeshArrays
from ..jobs.requests import mesh_job
from ..places import matrix_of
from ..runtime import runtime
from ..shapes.identity import by_uid
from ..shapes.mesh_parts import parts_of
from ..shapes.objects import Look, new_mesh, new_object, select_only
from ..shapes.record import write_record

SECONDS_TO_MESH = 30.0


class ISS_OT_place_shapes(bpy.types.Operator):
    """Place generated shapes; detail and size can be changed without generating again"""

    bl_idname = "iss.place_shapes"
    bl_label = "Text to Shape Result"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    key: StringProperty(options={"HIDDEN"})
    detail: IntProperty(
        name="Detail", description="Mesh cells along each side", default=128, min=16, max=512, soft_max=256, step=16
    )
    size: FloatProperty(
        name="Size", description="Length of the longest side", default=2.0, min=0.001, soft_max=100.0, unit="LENGTH"
    )
    smooth: BoolProperty(name="Shade Smooth", description="Smooth shading, or flat faces", default=True)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make the objects from the meshes that are kept, or from new ones where the detail is another."""
        generation = runtime().generations.finished(self.key)
        if generation is None:
            self.report({"WARNING"}, "This result is no longer in memory; generate it again from the history")
            return {"CANCELLED"}
        scene = scene_of(generation)
        objects = [self._place(scene, generation, job) for job in generation.usable]
        if generation.change is not None:
            objects = settle(scene, generation.change, objects)
        if not generation.collection:  # a batch goes on while a person works with other objects
            select_only(scene, objects)
        return {"FINISHED"}

    def _place(self, scene: bpy.types.Scene, generation: Generation, job: Job) -> bpy.types.Object:
        number = generation.jobs.index(job)
        place = _spread(generation, number, self.size)
        mesh, detail = self._prepared(generation, job), self.detail
        if mesh is None:
            detail = self._detail_of(generation, job)
            arrays = generation.meshes.get((job.key, detail)) or job.best_mesh
            mesh = new_mesh(job.title, parts_of(arrays), Look(self.size, self.smooth))
        obj = new_object(scene, job.title, mesh, matrix_of(place), generation.collection)
        if job.result is not None:
            prompt = generation.panel["prompt"] if generation.change else job.title
            panel = {**generation.panel, "prompt": prompt, "seed": _seed_of(generation, job), "variations": 1}
            write_record(obj, job.result, panel, detail)
        return obj

    def _prepared(self, generation: Generation, job: Job) -> bpy.types.Mesh | None:
        """Return the mesh that was made for this result beforehand, once; None where other choices hold by now."""
        mesh = by_uid(bpy.data.meshes, generation.prepared.pop(job.key, 0))
        fits = self.detail == generation.detail and Look(self.size, self.smooth) == generation.look
        return mesh if fits and mesh is not None and mesh.users == 0 else None

    def _detail_of(self, generation: Generation, job: Job) -> int:
        """Return the detail that a job's mesh can have: the wanted one, for which the worker may be asked, or its own.

        What is not there yet of the wanted one is in `generation.meshes` then.
        """
        if (job.key, self.detail) not in generation.meshes and self.detail != generation.detail:
            made = self._remesh(job)
            if made is None:
                return generation.detail
            generation.meshes[job.key, self.detail] = made
        return self.detail

    def _remesh(self, job: Job) -> MeshArrays | None:
        queue = runtime().queue
        if job.result is None or job.result.shape is None:
            return None
        if runtime().refusal or queue.is_busy:
            busy = "The worker is busy; the detail can be changed when it is done"
            self.report({"WARNING"}, runtime().refusal or busy)
            return None
        again = queue.wait(queue.submit(mesh_job(job.result.shape, self.detail, job.title)), SECONDS_TO_MESH)
        if again.best_mesh is None:
            queue.cancel(again)
            self.report({"WARNING"}, again.message or "Meshing takes too long; the former detail is kept")
        return again.best_mesh


def _seed_of(generation: Generation, job: Job) -> int:
    """Return the seed that goes with the prompt: below a style that of the shape, for the style's is kept with it."""
    kept = generation.panel["seed"]
    return kept if job.kind == "stylise" else job.params.get("settings", {}).get("seed", kept)


def _spread(generation: Generation, number: int, size: float) -> tuple[float, ...]:
    """Return the world matrix of a result, variations as far apart as the size asks for."""
    first, own = generation.places[0], generation.places[number]
    stretch = size / generation.look.size
    moved = {i: first[i] + (own[i] - first[i]) * stretch for i in (3, 7, 11)}
    return tuple(moved.get(i, value) for i, value in enumerate(own))
