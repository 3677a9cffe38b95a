"""The body that most cars share: of length one, front at z = 0.5, standing on y = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace

from iss_backend.data.procedural.draft import Draft
from iss_backend.data.procedural.placing import both, from_side
from iss_backend.data.procedural.solids import box
from iss_backend.data.procedural.wheels import add_wheels, draw_hub


@dataclass(frozen=True)
class CarShape:
    """Measures of a car in units of its length.

    Attributes:
        width, height: outside, height up to the roof.
        belt: height of the lower edge of the windows.
        nose, tail: height of the body at its front and back end.
        cabin: z of the windows' rear bottom, rear top, front top and front bottom.
        wheel: radius; axles: z of the rear and front wheels; floor: ground clearance.
        pillars: z of body-coloured posts between the windows.
    """

    width: float
    height: float
    belt: float
    nose: float
    tail: float
    cabin: tuple[float, float, float, float]
    wheel: float = 0.085
    axles: tuple[float, float] = (-0.3, 0.31)
    floor: float = 0.055
    pillars: tuple[float, ...] = (0.0,)


def varied(draft: Draft, shape: CarShape) -> CarShape:
    """Return a shape of the same kind with its own width, heights and wheels."""
    tall, belt = draft.between(0.94, 1.06), draft.between(0.96, 1.04)
    return replace(
        shape,
        width=shape.width * draft.between(0.94, 1.06),
        height=shape.height * tall,
        belt=shape.belt * belt,
        nose=shape.nose * belt,
        tail=shape.tail * belt,
        wheel=shape.wheel * draft.between(0.93, 1.08),
    )


def add_lower_body(draft: Draft, shape: CarShape, main: str) -> None:
    """Add the body below the windows."""
    rear, front = shape.cabin[0], shape.cabin[3]
    outline = [
        (-0.49, shape.floor), (0.49, shape.floor), (0.5, 0.6 * shape.nose), (0.48, shape.nose - 0.01),
        (0.43, shape.nose), (front, shape.belt), (rear, shape.belt), (min(rear, -0.4) - 0.05, shape.tail),
        (-0.5, 0.9 * shape.tail),
    ]  # fmt: skip
    draft.add("body", main, from_side(outline, shape.width))


def add_cabin(draft: Draft, shape: CarShape, main: str, glass: str, roof: str | None = None) -> None:
    """Add the windows all round, the posts between them and the roof."""
    rear, rear_top, front_top, front = shape.cabin
    belt, top = shape.belt - 0.01, shape.height - 0.02
    outline = [(rear, belt), (front, belt), (front_top, top), (rear_top, top)]
    draft.add("window", glass, from_side(outline, 0.88 * shape.width))
    slab = [
        (rear_top - 0.015, top - 0.01),
        (front_top + 0.015, top - 0.01),
        (front_top - 0.02, top + 0.02),
        (rear_top + 0.02, top + 0.02),
    ]
    draft.add("roof", roof or main, from_side(slab, 0.9 * shape.width))
    posts = [box((0.895 * shape.width, top - belt, 0.03), (0.0, 0.5 * (top + belt), z)) for z in shape.pillars]
    draft.add("post", main, *posts)


def add_lights(draft: Draft, shape: CarShape) -> None:
    """Add head lights, tail lights, grille and bumpers."""
    x, y = 0.36 * shape.width, 0.78 * shape.nose
    draft.add("headlight", "light", *both(box((0.07, 0.04, 0.03), (x, y, 0.492))))
    draft.add("tail light", "red", *both(box((0.06, 0.04, 0.03), (x, 0.72 * shape.tail, -0.492))))
    draft.add("grille", "black", box((0.36 * shape.width, 0.045, 0.03), (0.0, y, 0.492)))
    if draft.chance(0.6):
        bumper = box((shape.width, 0.035, 0.04), (0.0, shape.floor + 0.03, 0.5))
        draft.add("bumper", draft.choose("silver", "black", "grey"), bumper, bumper.mirrored("z"))
        draft.say("with bumpers")


def draw_glass(draft: Draft, main: str) -> str:
    """Draw dark or light glass, whichever can be seen beside the main paint."""
    if main in ("black", "dark grey", "dark blue"):
        return "glass"
    return "dark glass" if main in ("white", "blue", "light blue") else draft.choose("glass", "dark glass")


def start_car(draft: Draft, shape: CarShape, main: str, roof: str | None = None) -> CarShape:
    """Add a whole car with four wheels and return the measures it got."""
    shape = varied(draft, shape)
    add_lower_body(draft, shape, main)
    add_cabin(draft, shape, main, draw_glass(draft, main), roof)
    add_lights(draft, shape)
    add_wheels(draft, 0.5 * shape.width + 0.012, shape.axles, shape.wheel, hub=draw_hub(draft))
    draft.say("with four wheels")
    return shape
