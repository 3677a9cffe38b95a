"""What is animated of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import bpy


def is_animated(obj: bpy.types.Object, path: str) -> bool:
    """Tell whether keys or a driver set a property of an object, by its data path, whenever the frame changes."""
    animation = obj.animation_data
    if animation is None:
        return False
    users = [animation, *(strip for track in animation.nla_tracks for strip in track.strips)]
    curves = [curve for user in users for curve in _curves(user)]
    return any(curve.data_path == path for curve in (*animation.drivers, *curves))


def _curves(user: bpy.types.AnimData | bpy.types.NlaStrip) -> Iterable[bpy.types.FCurve]:
    """Return the curves of an action that its user plays."""
    action = user.action
    if action is None:
        return ()
    if not hasattr(user, "action_slot_handle"):  # before 4.4, where all of an action is one object's
        return action.fcurves
    strips = (strip for layer in action.layers for strip in layer.strips)
    bags = (bag for strip in strips for bag in strip.channelbags if bag.slot_handle == user.action_slot_handle)
    return [curve for bag in bags for curve in bag.fcurves]
