"""Everyday cars, driving towards +Z; open, old and racing ones stand in `car_special`."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.car_body import CarShape, add_cabin, add_lights, draw_glass, start_car, varied
from iss_backend.data.procedural.car_special import SPECIAL_STYLES
from iss_backend.data.procedural.draft import Draft
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import both, from_side
from iss_backend.data.procedural.solids import box
from iss_backend.data.procedural.wheels import add_wheels, draw_hub

SEDAN = CarShape(0.42, 0.31, 0.2, 0.17, 0.19, (-0.35, -0.22, 0.08, 0.22))
HATCHBACK = CarShape(0.47, 0.38, 0.24, 0.2, 0.22, (-0.46, -0.36, 0.08, 0.24), 0.1, (-0.31, 0.31))
WAGON = CarShape(0.42, 0.32, 0.2, 0.17, 0.19, (-0.48, -0.42, 0.08, 0.22), pillars=(-0.2, 0.0))
SUV = CarShape(0.46, 0.42, 0.27, 0.24, 0.26, (-0.48, -0.43, 0.1, 0.22), 0.11, floor=0.09, pillars=(-0.2, 0.0))
SPORTS = CarShape(0.46, 0.25, 0.178, 0.155, 0.178, (-0.32, -0.14, 0.0, 0.18), 0.08, floor=0.04, pillars=())
VAN = CarShape(0.42, 0.45, 0.28, 0.22, 0.28, (-0.48, -0.47, 0.28, 0.38), 0.09, floor=0.07)
MINIVAN = CarShape(0.43, 0.38, 0.23, 0.18, 0.23, (-0.47, -0.42, 0.16, 0.36), 0.09, pillars=(-0.22, 0.02))
LIMOUSINE = CarShape(
    0.28, 0.21, 0.135, 0.115, 0.13, (-0.38, -0.31, 0.18, 0.27), 0.06, (-0.35, 0.36), 0.04, (-0.2, -0.06, 0.08)
)
PICKUP = CarShape(0.4, 0.36, 0.23, 0.21, 0.21, (-0.08, -0.06, 0.12, 0.21), 0.1, floor=0.09, pillars=())


def _plain(rng: np.random.Generator, style: str, shape: CarShape) -> tuple[Draft, CarShape, str]:
    """Start a car in one colour, or seldom with a roof of another."""
    draft = Draft(rng, "car", style)
    main = draft.colour() if draft.chance(0.8) else draft.choose("silver", "dark grey", "dark blue", "dark red")
    roof = draft.colour(main) if draft.chance(0.15) else None
    shape = start_car(draft, shape, main, roof)
    if roof:
        draft.say(f"with a {roof} roof")
    return draft, shape, main


def _sedan(rng: np.random.Generator) -> Model:
    """Build a family car with a boot."""
    draft, _, _ = _plain(rng, "sedan", SEDAN)
    return draft.finish("car", "sedan", "automobile", "family car", "auto")


def _hatchback(rng: np.random.Generator) -> Model:
    """Build a short car with a steep back."""
    draft, _, _ = _plain(rng, "hatchback", HATCHBACK)
    draft.call("small", "compact", "short")
    return draft.finish("car", "hatchback", "compact car", "small car", "automobile")


def _wagon(rng: np.random.Generator) -> Model:
    """Build a car whose roof reaches to the back, perhaps with luggage on it."""
    draft, shape, _ = _plain(rng, "station wagon", WAGON)
    if draft.chance(0.5):
        _add_rack(draft, shape)
    return draft.finish("car", "station wagon", "estate car", "wagon", "automobile")


def _add_rack(draft: Draft, shape: CarShape) -> None:
    """Add luggage on the roof."""
    draft.add(
        "luggage", draft.choose("brown", "black", "red"), box((0.24, 0.06, 0.22), (0, shape.height + 0.04, -0.18))
    )
    draft.say("with luggage on the roof")


def _suv(rng: np.random.Generator) -> Model:
    """Build a high car with big wheels, perhaps a rack or a spare wheel."""
    draft, shape, _ = _plain(rng, "suv", SUV)
    if draft.chance(0.5):
        rail = box((0.035, 0.035, 0.42), (0.36 * shape.width, shape.height + 0.015, -0.15))
        draft.add("roof rail", draft.choose("silver", "black"), *both(rail))
        draft.say("with roof rails")
    draft.call("big", "tall")
    return draft.finish("car", "suv", "off-road vehicle", "four-wheel drive", "sport utility vehicle")


def _sports_car(rng: np.random.Generator) -> Model:
    """Build a low, wedge-shaped car, perhaps with a spoiler or stripes."""
    draft, shape, main = _plain(rng, "sports car", SPORTS)
    if draft.chance(0.6):
        draft.add("spoiler", main, box((0.96 * shape.width, 0.03, 0.07), (0, shape.tail + 0.06, -0.46)))
        draft.add("spoiler post", "black", *both(box((0.03, 0.07, 0.03), (0.14, shape.tail + 0.02, -0.45))))
        draft.say("with a spoiler", "with a rear wing")
    draft.call("low", "fast", "flat")
    return draft.finish("sports car", "car", "race car", "supercar", "coupe")


def _van(rng: np.random.Generator) -> Model:
    """Build a delivery van: glass in front, closed sides behind."""
    draft, shape, main = _plain(rng, "van", VAN)
    tall = shape.height - shape.belt
    walls = box((0.9 * shape.width, tall, 0.54), (0.0, shape.belt + 0.5 * tall - 0.01, -0.2))
    draft.add("side wall", main, walls)
    draft.call("tall")
    return draft.finish("van", "delivery van", "car", "panel van", "transporter")


def _minivan(rng: np.random.Generator) -> Model:
    """Build a people carrier with a sloping front."""
    draft, _, _ = _plain(rng, "minivan", MINIVAN)
    draft.call("big")
    return draft.finish("minivan", "car", "people carrier", "van", "family van")


def _limousine(rng: np.random.Generator) -> Model:
    """Build a stretched car."""
    draft, _, _ = _plain(rng, "limousine", LIMOUSINE)
    draft.call("long", "stretched")
    return draft.finish("limousine", "limo", "car", "stretch limousine")


def _taxi(rng: np.random.Generator) -> Model:
    """Build a taxi with a sign on its roof."""
    draft = Draft(rng, "car", "taxi")
    main = "yellow" if draft.chance(0.65) else draft.colour()
    shape = start_car(draft, SEDAN, main)
    sign = box((0.18, 0.06, 0.08), (0.0, shape.height + 0.025, -0.06))
    draft.add("taxi sign", draft.choose(*(paint for paint in ("white", "black", "yellow") if paint != main)), sign)
    if draft.chance(0.6):
        stripe = box((shape.width + 0.012, 0.035, 0.5), (0.0, 0.75 * shape.belt, 0.0))
        draft.add("stripe", "black" if main != "black" else "white", stripe)
        draft.say("with a stripe")
    draft.say("with a sign on the roof")
    return draft.finish("taxi", "cab", "car", "taxicab")


def _police_car(rng: np.random.Generator) -> Model:
    """Build a police car with a light bar, doors in another colour."""
    draft = Draft(rng, "car", "police car")
    main = draft.choose("black", "white", "blue", "white")
    shape = start_car(draft, SUV if draft.chance(0.25) else SEDAN, main)
    doors = box(
        (shape.width + 0.012, 0.85 * (shape.belt - shape.floor), 0.3), (0.0, 0.5 * (shape.belt + shape.floor), -0.01)
    )
    draft.add("door", {"black": "white", "blue": "white", "white": draft.choose("blue", "black")}[main], doors)
    for x, paint in ((0.07, "red"), (-0.07, "blue")):
        draft.add("police light", paint, box((0.13, 0.055, 0.07), (x, shape.height + 0.025, -0.06)))
    draft.say("with red and blue lights on the roof", "with a light bar")
    return draft.finish("police car", "cop car", "car", "patrol car")


def _pickup(rng: np.random.Generator) -> Model:
    """Build a pickup: a cabin in front of an open bed."""
    draft = Draft(rng, "car", "pickup")
    main, shape = draft.colour(), varied(draft, PICKUP)
    wide, bed = shape.width, 0.6 * shape.belt
    outline = [
        (-0.49, shape.floor),
        (0.49, shape.floor),
        (0.5, 0.9 * shape.nose),
        (0.46, shape.nose),
        (shape.cabin[3], shape.belt),
        (-0.08, shape.belt),
        (-0.1, bed),
        (-0.49, bed),
    ]
    draft.add("body", main, from_side(outline, wide))
    draft.add(
        "bed wall", main, *both(box((0.035, 0.36 * shape.belt, 0.42), (0.5 * wide - 0.0175, 0.8 * shape.belt, -0.285)))
    )
    draft.add("tailgate", main, box((wide, 0.36 * shape.belt, 0.035), (0.0, 0.8 * shape.belt, -0.48)))
    draft.add("bed", "black", box((wide - 0.06, 0.02, 0.36), (0.0, bed, -0.28)))
    add_cabin(draft, shape, main, draw_glass(draft, main))
    add_lights(draft, shape)
    add_wheels(draft, 0.5 * wide + 0.012, shape.axles, shape.wheel, hub=draw_hub(draft))
    if draft.chance(0.3):
        draft.add("cargo", draft.choose("brown", "yellow", "green"), box((0.2, 0.14, 0.2), (0.0, bed + 0.07, -0.25)))
        draft.say("with cargo in the bed")
    draft.say("with an open bed", "with four wheels")
    return draft.finish("pickup truck", "pickup", "truck", "car")


STYLES: dict[str, Builder] = {
    "sedan": _sedan,
    "hatchback": _hatchback,
    "station wagon": _wagon,
    "suv": _suv,
    "sports car": _sports_car,
    "van": _van,
    "minivan": _minivan,
    "limousine": _limousine,
    "taxi": _taxi,
    "police car": _police_car,
    "pickup": _pickup,
    **SPECIAL_STYLES,
}
