"""Open, old and racing cars, driving towards +Z."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.car_body import CarShape, add_lights, add_lower_body, varied
from iss_backend.data.procedural.draft import Draft, arc, ball, rod
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_z, both, from_side, rod_z
from iss_backend.data.procedural.solids import Solid, box, ellipsoid, tube
from iss_backend.data.procedural.wheels import add_wheels, draw_hub

OPEN = CarShape(0.44, 0.3, 0.19, 0.175, 0.185, (-0.28, -0.2, 0.08, 0.17), 0.083)
JEEP = CarShape(0.46, 0.44, 0.27, 0.26, 0.27, (-0.45, -0.42, 0.06, 0.12), 0.12, (-0.3, 0.33), 0.12)


def _convertible(rng: np.random.Generator) -> Model:
    """Build a car without a roof: windscreen and seats."""
    draft = Draft(rng, "car", "convertible")
    main, shape = draft.colour(), varied(draft, OPEN)
    add_lower_body(draft, shape, main)
    seat, wide = draft.choose(*(paint for paint in ("beige", "brown", "red", "white") if paint != main)), shape.width
    draft.add("interior", "black", box((0.8 * wide, 0.02, 0.42), (0.0, shape.belt, -0.06)))
    draft.add("seat", seat, *both(box((0.3 * wide, 0.1, 0.06), (0.19 * wide, shape.belt + 0.04, -0.06), 0.015)))
    draft.add("back seat", seat, box((0.72 * wide, 0.08, 0.06), (0.0, shape.belt + 0.03, -0.24), 0.015))
    pane = [(0.15, shape.belt - 0.01), (0.19, shape.belt - 0.01), (0.11, shape.belt + 0.1), (0.08, shape.belt + 0.1)]
    draft.add("windscreen", "glass", from_side(pane, 0.86 * wide))
    add_lights(draft, shape)
    add_wheels(draft, 0.5 * wide + 0.012, shape.axles, shape.wheel, hub=draw_hub(draft))
    draft.call("open")
    draft.say("without a roof", "with an open top", f"with {seat} seats", "with four wheels")
    return draft.finish("convertible", "car", "cabriolet", "roadster", "sports car")


def _jeep(rng: np.random.Generator) -> Model:
    """Build an open off-road car with a roll cage or a canvas top, and a spare wheel."""
    draft = Draft(rng, "car", "jeep")
    main = draft.choose("olive", "dark green", "beige") if draft.chance(0.4) else draft.colour()
    shape = varied(draft, JEEP)
    wide, belt, top = shape.width, shape.belt, shape.height
    add_lower_body(draft, shape, main)
    draft.add("mudguard", main, *both(box((0.05, 0.035, 0.26), (0.5 * wide + 0.02, 0.24, 0.33))))
    draft.add("windscreen", "glass", box((0.86 * wide, top - belt, 0.03), (0.0, 0.5 * (top + belt), 0.12)))
    draft.add("spare wheel", "rubber", rod_z(0.11, -0.56, -0.49).moved(0.0, 0.25, 0.0))
    if draft.chance(0.5):
        cover = box((0.9 * wide, top - belt + 0.02, 0.5), (0.0, 0.5 * (top + belt) + 0.01, -0.15), 0.02)
        draft.add("soft top", draft.choose(*(paint for paint in ("beige", "black", "brown") if paint != main)), cover)
        draft.say("with a soft top")
    else:
        x = 0.4 * wide
        draft.add("seat", "black", *both(box((0.15, 0.12, 0.06), (0.1, belt + 0.04, -0.06))))
        bars = [rod((x, belt, z), (x, top, z), 0.016) for z in (-0.4, -0.12)]
        bars.append(rod((x, top, -0.42), (x, top, 0.13), 0.016))
        draft.add(
            "roll bar",
            "black",
            *both(*bars),
            rod((-x, top, -0.12), (x, top, -0.12), 0.016),
            rod((-x, top, -0.4), (x, top, -0.4), 0.016),
        )
        draft.call("open")
        draft.say("with a roll cage")
    add_lights(draft, shape)
    add_wheels(draft, 0.5 * wide + 0.035, shape.axles, shape.wheel, 0.09, draw_hub(draft))
    draft.say("with a spare wheel at the back", "with four wheels")
    return draft.finish("jeep", "car", "off-road car", "off-roader")


def _race_car(rng: np.random.Generator) -> Model:
    """Build a single-seat racing car with open wheels and wings."""
    draft = Draft(rng, "car", "race car")
    main = draft.colour()
    second = draft.colour(main)
    body = along_z([(0.05, -0.46), (0.09, -0.2), (0.1, 0.0), (0.06, 0.25), (0.03, 0.46), (0.01, 0.5)]).scaled(1, 0.9, 1)
    draft.add("body", main, body.moved(0.0, 0.13, 0.0))
    draft.add("side pod", main, *both(box((0.11, 0.1, 0.34), (0.12, 0.11, -0.12), 0.02)))
    draft.add("air box", second, box((0.06, 0.1, 0.2), (0.0, 0.23, -0.2), 0.015))
    draft.add("cockpit", "black", box((0.09, 0.03, 0.15), (0.0, 0.215, 0.02)))
    draft.add("helmet", draft.choose("white", "yellow", "red"), ball(0.042, 0.0, 0.235, -0.02))
    draft.add("front wing", second, box((0.46, 0.03, 0.09), (0.0, 0.07, 0.47)))
    height = draft.between(0.25, 0.31)
    draft.add("rear wing", second, box((0.4, 0.03, 0.1), (0.0, height, -0.46)))
    draft.add("wing side", main, *both(box((0.03, 0.13, 0.12), (0.2, height - 0.04, -0.46))))
    draft.add("wing post", "black", box((0.03, height - 0.12, 0.04), (0.0, 0.5 * (height + 0.12), -0.44)))
    wheel = draft.between(0.088, 0.1)
    draft.add("axle", "black", *(rod((-0.2, wheel, z), (0.2, wheel, z), 0.018) for z in (-0.34, 0.3)))
    add_wheels(draft, 0.26, (-0.34, 0.3), wheel, 0.1, draw_hub(draft))
    draft.call("fast", "low")
    draft.say("with a rear wing", "with open wheels", "with a front wing")
    return draft.finish("race car", "racing car", "formula one car", "car")


def _beetle(rng: np.random.Generator) -> Model:
    """Build a small round car with bulging mudguards."""
    draft = Draft(rng, "car", "beetle")
    main, tall = draft.colour(), draft.between(0.95, 1.08)
    draft.add("body", main, ellipsoid((0.2, 0.16, 0.49), (0.0, 0.17, 0.0), 14, 24))
    draft.add("window", "glass", ellipsoid((0.185, 0.225 * tall, 0.3), (0.0, 0.2, -0.06), 14, 24))
    roof = ellipsoid((0.19, 0.225 * tall, 0.29), (0.0, 0.213, -0.06), 14, 24)
    above_windows = np.maximum(roof.vertices, [-np.inf, 0.37, -np.inf])
    draft.add("roof", main, Solid(above_windows, roof.faces))
    draft.add("post", main, box((0.37, 0.15, 0.035), (0.0, 0.3, -0.02)), box((0.035, 0.15, 0.34), (0.0, 0.29, -0.18)))
    draft.add("mudguard", main, *both(*(ellipsoid((0.07, 0.1, 0.16), (0.18, 0.14, z), 10, 16) for z in (-0.3, 0.3))))
    draft.add("headlight", "light", *both(ball(0.035, 0.17, 0.19, 0.42)))
    bumper = box((0.36, 0.03, 0.03), (0.0, 0.1, 0.48))
    draft.add("bumper", "silver", bumper, bumper.mirrored("z"))
    add_wheels(draft, 0.245, (-0.3, 0.3), draft.between(0.09, 0.1), 0.07, draw_hub(draft))
    draft.call("small", "round", "old")
    draft.say("with round mudguards", "with four wheels")
    return draft.finish("car", "beetle", "old car", "vintage car", "small car")


def _vintage(rng: np.random.Generator) -> Model:
    """Build a car of the nineteen-twenties: tall cabin, long bonnet, running boards, big wheels."""
    draft = Draft(rng, "car", "vintage car")
    main = draft.colour()
    second = draft.colour(main) if draft.chance(0.5) else "black" if main != "black" else "brown"
    width, top = draft.between(0.32, 0.36), draft.between(0.46, 0.52)
    draft.add("cabin", main, box((width, 0.16, 0.5), (0.0, 0.2, -0.2)))
    draft.add("window", "glass", box((0.92 * width, top - 0.28, 0.46), (0.0, 0.5 * (top + 0.28), -0.2)))
    draft.add(
        "post",
        main,
        *both(*(box((0.03, top - 0.26, 0.03), (0.47 * width, 0.5 * (top + 0.26), z)) for z in (-0.44, -0.2, 0.03))),
    )
    draft.add("roof", second, box((width + 0.03, 0.04, 0.56), (0.0, top, -0.19), 0.012))
    draft.add("bonnet", main, box((0.7 * width, 0.17, 0.4), (0.0, 0.215, 0.24), 0.03))
    draft.add("radiator", "silver", box((0.6 * width, 0.16, 0.03), (0.0, 0.21, 0.44)))
    draft.add("headlight", "light", *both(ball(0.04, 0.36 * width, 0.27, 0.44)))
    draft.add("running board", second, *both(box((0.08, 0.03, 0.4), (0.5 * width, 0.1, 0.0))))
    for z in (-0.3, 0.32):
        path = arc(0.14, 10.0, 170.0)[:, [2, 1, 0]] + np.array([0.5 * width + 0.03, 0.11, z])
        draft.add("mudguard", second, *both(tube(path, 0.03, 8)))
    add_wheels(
        draft,
        0.5 * width + 0.055,
        (-0.3, 0.32),
        draft.between(0.11, 0.125),
        0.045,
        draft.choose("white", "yellow", "red", "silver"),
    )
    draft.call("old", "vintage", "antique")
    draft.say("with running boards", "with round headlights", "with four wheels")
    return draft.finish("vintage car", "old car", "car", "classic car", "oldtimer")


def _buggy(rng: np.random.Generator) -> Model:
    """Build a go-kart: a flat frame with a seat, a steering wheel and small fat wheels."""
    draft = Draft(rng, "car", "go-kart")
    main = draft.colour()
    floor = [(-0.42, -0.02), (0.45, -0.02), (0.5, 0.04), (0.44, 0.08), (0.3, 0.03), (-0.42, 0.03)]
    draft.add("frame", main, from_side(floor, 0.3).moved(0.0, 0.1, 0.0))
    draft.add("side bumper", main, *both(box((0.08, 0.08, 0.34), (0.2, 0.12, 0.0), 0.02)))
    seat = draft.choose("black", draft.colour(main))
    draft.add("seat", seat, box((0.2, 0.05, 0.18), (0.0, 0.15, -0.12)), box((0.2, 0.2, 0.05), (0.0, 0.24, -0.22)))
    draft.add("engine", "dark metal", box((0.2, 0.1, 0.1), (0.0, 0.17, -0.34)))
    draft.add("steering column", "black", rod((0.0, 0.12, 0.2), (0.0, 0.26, 0.06), 0.016))
    wheel = np.array([[0.07 * np.cos(t), 0.07 * np.sin(t), 0.0] for t in np.linspace(0.0, 2.0 * np.pi, 19)])
    draft.add("steering wheel", "black", tube(wheel, 0.016, 8).turned("x", -45.0).moved(0.0, 0.27, 0.05))
    draft.add("axle", "black", *(rod((-0.2, 0.1, z), (0.2, 0.1, z), 0.018) for z in (-0.34, 0.32)))
    add_wheels(draft, 0.29, (-0.34, 0.32), draft.between(0.095, 0.11), 0.1, draw_hub(draft))
    draft.call("small", "open")
    draft.say("with a seat", "with a steering wheel", "with four wheels")
    return draft.finish("go-kart", "kart", "car", "buggy")


SPECIAL_STYLES: dict[str, Builder] = {
    "convertible": _convertible,
    "jeep": _jeep,
    "race car": _race_car,
    "beetle": _beetle,
    "vintage car": _vintage,
    "go-kart": _buggy,
}
