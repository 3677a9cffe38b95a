"""What a generated object keeps of how it was made, so that it can be made again, in any later session."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, IntProperty, PointerProperty, StringProperty

if TYPE_CHECKING:
    import numpy as np

    from ..jobs.job import JobResult


class ISS_ShapeRecord(bpy.types.PropertyGroup):
    """Stored on the object as `object.iss_shape`; empty on objects that were not generated."""

    text: StringProperty(name="Prompt", description="The text that this shape was generated from")
    seed: IntProperty(
        name="Seed", description="Same text, settings, bundle and seed: same shape; on a graphics card, nearly the same"
    )
    bundle: StringProperty(name="Bundle", description="The model bundle that made the shape")
    settings: StringProperty(name="Settings", description="All settings of the generation, as JSON")
    scores: StringProperty(name="Scores", description="How well pictures of the shape agree with the text, as JSON")
    detail: IntProperty(name="Detail", description="Mesh cells along each side")
    data: StringProperty(name="Shape", description="The shape itself (safetensors, base64), to mesh or continue it")
    preview_of: StringProperty(name="Preview", description="The generation that is still working on this object")
    preview_id: IntProperty(name="Preview Id", description="session_uid of the preview; a copy of it has another one")
    is_generated: BoolProperty(name="Generated", description="This object came from Text to Shape")


def write_record(obj: bpy.types.Object, result: JobResult, panel: dict[str, Any], detail: int) -> None:
    """Keep a result on its object; `panel` holds what the person had chosen, for re-use."""
    record, facts = obj.iss_shape, result.facts
    record.text = str(facts.get("text", panel.get("prompt", "")))
    record.seed = int(facts.get("seed", panel.get("seed", 0)))
    record.bundle = str(facts.get("bundle", ""))
    record.settings = json.dumps({"panel": panel, "backend": facts.get("settings", {})})
    record.scores = json.dumps(facts.get("scores", {}))
    record.detail, record.preview_of, record.is_generated = detail, "", True
    if result.shape is not None:
        record.data = base64.b64encode(result.shape.tobytes()).decode("ascii")


def copy_record(source: bpy.types.Object, target: bpy.types.Object) -> None:
    """Keep on one object what another keeps."""
    for name in {*source.iss_shape.bl_rna.properties.keys()} - {"rna_type", "name"}:
        setattr(target.iss_shape, name, getattr(source.iss_shape, name))


def shape_of(obj: bpy.types.Object) -> np.ndarray | None:
    """Return the kept shape of an object as uint8 [n], None where it has none."""
    import numpy as np

    data = obj.iss_shape.data
    return np.frombuffer(base64.b64decode(data), np.uint8) if data else None


def panel_settings_of(obj: bpy.types.Object) -> dict[str, Any]:
    """Return what the person had chosen for an object, {} where that is unknown."""
    try:
        return json.loads(obj.iss_shape.settings).get("panel", {})
    except ValueError:
        return {}


def register_record() -> None:
    """Give objects the record; the class is registered before."""
    bpy.types.Object.iss_shape = PointerProperty(type=ISS_ShapeRecord)


def unregister_record() -> None:
    """Take the record from objects; what files hold stays in them."""
    del bpy.types.Object.iss_shape
