"""Other shapes of the selected objects' texts."""

import bpy

from ..changes.change import Change
from ..changes.settings import VaryChoices, seed_from
from ..changes.sources import chosen_objects
from ..generation import Generation
from ..jobs.change_requests import vary_job
from ..settings import LARGEST_SEED
from ..shapes.record import shape_of
from .changing import ChangingOperator, change_of, detail_of

NAMES = ("count", "closeness", "steps", "seed", "placing")


class ISS_OT_vary(VaryChoices, ChangingOperator, bpy.types.Operator):
    """Make other shapes of the selected objects' prompts, near to them or far"""

    bl_idname = "iss.vary"
    bl_label = "Vary Selected"
    settings_name = "iss_vary"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start the jobs of each selected object that was generated."""
        choices = self.chosen(context.scene, NAMES)
        seed = seed_from(choices["seed"])
        return self.start(_generation(context.scene, obj, choices, seed) for obj in chosen_objects(context))


def _generation(scene: bpy.types.Scene, obj: bpy.types.Object, choices: dict[str, object], seed: int) -> Generation:
    shape, common = shape_of(obj), {"steps": choices["steps"], "closeness": choices["closeness"]}
    seeds = [(seed + number) % (LARGEST_SEED + 1) for number in range(choices["count"])]
    title = f"{obj.name}, varied"
    jobs = [vary_job(shape, {"seed": own, **common}, detail_of(obj), title) for own in seeds]
    placing = choices["placing"] if len(jobs) == 1 else "BESIDE"
    return change_of(scene, obj, jobs, Change(title, obj.session_uid, placing, about={"kind": "vary", **common}))
