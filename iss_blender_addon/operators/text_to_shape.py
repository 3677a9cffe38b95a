"""Text to Shape: the operator behind the button, the Add menu and scripts."""

import random
from typing import Any

import bpy
from bpy.props import BoolProperty

from ..generation import Generation
from ..jobs.requests import GenerateRequest, generate_job
from ..places import at
from ..preferences import preferences
from ..runtime import ensure_timer, runtime
from ..settings import CHOICES, LARGEST_SEED, GenerateChoices
from ..shapes.objects import Look
from ..shapes.viewport import show_colours

SPACING = 1.25  # from one variation to the next, in sizes


class ISS_OT_text_to_shape(GenerateChoices, bpy.types.Operator):
    """Turn a text into a coloured mesh at the 3D cursor"""

    bl_idname = "iss.text_to_shape"
    bl_label = "Text to Shape"
    bl_options = {"REGISTER"}  # the step of undo belongs to iss.place_shapes, when the shape is there

    ask: BoolProperty(name="Ask", description="Ask for the prompt first", default=True, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is a backend."""
        refusal = runtime().refusal
        if refusal:
            cls.poll_message_set(refusal)
        return not refusal

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Start at once with the panel's settings, or ask for a prompt where there is no panel around."""
        settings = context.scene.iss_generate
        if not self.ask:
            return self.execute(context)
        for name in CHOICES:
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(settings, name))
        if settings.new_seed:
            self.seed = random.randint(0, LARGEST_SEED)
        return context.window_manager.invoke_props_dialog(self, width=400, confirm_text="Generate")

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the dialog."""
        layout = self.layout
        layout.prop(self, "prompt", text="", icon="OUTLINER_OB_FONT", placeholder="a wooden chair")
        column = layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        for name in ("variations", "seed", "steps", "detail", "size"):
            column.prop(self, name)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start the jobs; scripts and background mode wait for the result."""
        choices = self._choices(context.scene)
        if not choices["prompt"].strip():
            self.report({"ERROR"}, "Write what to make first, such as “a wooden chair”")
            return {"CANCELLED"}
        generation = new_generation(context.scene, choices)
        runtime().begin(generation)
        if not (bpy.app.background or not self.options.is_invoke):
            if preferences().show_colours:
                show_colours()
            ensure_timer()
            return {"FINISHED"}
        runtime().run_to_end(generation)
        return self._tell(generation)

    def _choices(self, scene: bpy.types.Scene) -> dict[str, Any]:
        """Return what was said in the call, else what stands in the panel; the panel then shows prompt and seed."""
        settings, said = scene.iss_generate, self.properties.is_property_set
        choices = {name: getattr(self if said(name) else settings, name) for name in CHOICES}
        if not said("seed") and settings.new_seed:
            choices["seed"] = random.randint(0, LARGEST_SEED)
        settings.prompt, settings.seed = choices["prompt"], choices["seed"]
        return choices

    def _tell(self, generation: Generation) -> set[str]:
        worked = bool(generation.usable)
        self.report({"INFO"} if worked else {"ERROR"}, generation.summary())
        return {"FINISHED"} if worked else {"CANCELLED"}


def new_generation(scene: bpy.types.Scene, choices: dict[str, Any]) -> Generation:
    """Return the generation for choices (by the names in CHOICES), at the scene's 3D cursor; nothing is started."""
    x, y, z = scene.cursor.location
    jobs, places = [], []
    for number in range(choices["variations"]):
        places.append(at(x + number * SPACING * choices["size"], y, z))
        jobs.append(generate_job(_request(choices, (choices["seed"] + number) % (LARGEST_SEED + 1))))
    look = Look(choices["size"], choices["smooth"])
    return Generation(jobs, dict(choices), scene.session_uid, places, look, choices["detail"])


def _request(choices: dict[str, Any], seed: int) -> GenerateRequest:
    names = ("steps", "detail", "views", "rate", "start", "tau_1", "tau_2")
    return GenerateRequest(choices["prompt"].strip(), seed, **{name: choices[name] for name in names})


def draw_add_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """Draw the entry of Add > Mesh."""
    menu.layout.separator()
    menu.layout.operator_context = "INVOKE_DEFAULT"
    menu.layout.operator(ISS_OT_text_to_shape.bl_idname, text="Text to Shape...", icon="OUTLINER_OB_FONT")
