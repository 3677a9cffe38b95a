"""Boats, bow towards +Z: sails, oars and small motors; ships stand in `watercraft_ships`."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, counted, rod
from iss_backend.data.procedural.hulls import Hull, decked, double_ended, hollow, square_sail, triangle_sail
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_z, both, from_side, rod_x, rod_z
from iss_backend.data.procedural.solids import box, cylinder, ellipsoid
from iss_backend.data.procedural.watercraft_ships import SHIP_STYLES

WOODS = ("oak wood", "walnut wood", "cherry wood", "pine wood", "dark wood")


def _hull_paint(draft: Draft, wooden: float = 0.3) -> str:
    """Draw the paint of a hull."""
    return draft.choose(*WOODS) if draft.chance(wooden) else draft.colour()


def _add_oars(draft: Draft, beam: float, y: float, zs: tuple[float, ...]) -> None:
    """Add an oar on each side at every z."""
    for z in zs:
        shaft = rod((0.1, y + 0.05, z + 0.03), (0.5 * beam + 0.24, y - 0.06, z - 0.05), 0.015)
        blade = box((0.12, 0.03, 0.06), (0.5 * beam + 0.26, y - 0.06, z - 0.055))
        draft.add("oar", "oak wood", *both(shaft, blade))


def _sailboat(rng: np.random.Generator) -> Model:
    """Build a sailing boat with a mainsail and usually a jib."""
    draft = Draft(rng, "watercraft", "sailboat")
    main, sail = _hull_paint(draft), "white" if draft.chance(0.55) else draft.colour()
    hull = Hull(0.85, draft.between(0.24, 0.3), draft.between(0.13, 0.16), sheer=0.04)
    top, mast = draft.between(0.95, 1.15), 0.06
    draft.add("hull", main, decked(hull))
    draft.add(
        "cabin", "white" if main != "white" else "brown", box((0.13, 0.07, 0.22), (0, hull.depth + 0.03, 0.02), 0.02)
    )
    draft.add("mast", "oak wood", cylinder(0.018, top - 0.1, sides=12).moved(0.0, 0.1, mast))
    draft.add("boom", "oak wood", rod_z(0.016, -0.36, mast).moved(0.0, hull.depth + 0.1, 0.0))
    draft.add("sail", sail, triangle_sail((mast - 0.015, -0.34), top - 0.02, hull.depth + 0.11))
    sails = 1
    if draft.chance(0.7):
        draft.add(
            "jib",
            sail if draft.chance(0.7) else draft.colour(),
            triangle_sail((mast + 0.03, 0.4), draft.between(0.7, 0.85) * top, hull.depth + 0.07),
        )
        sails = 2
    draft.say(f"with {counted(sails, f'{sail} sail')}", f"with {counted(sails, 'sail')}", "with a mast")
    return draft.finish("sailboat", "sailing boat", "boat", "yacht", "ship")


def _rowing_boat(rng: np.random.Generator) -> Model:
    """Build an open boat with benches and oars."""
    draft = Draft(rng, "watercraft", "rowing boat")
    main = _hull_paint(draft, 0.6)
    hull = Hull(1.0, draft.between(0.36, 0.42), draft.between(0.18, 0.22), sheer=0.07)
    draft.add("hull", main, hollow(hull, 0.035, 0.05))
    for z in (-0.28, -0.03, 0.2):
        draft.add(
            "bench",
            draft.choose("pine wood", "oak wood"),
            box((1.8 * hull.half_width(z + 0.5), 0.03, 0.08), (0, 0.75 * hull.depth, z)),
        )
    if draft.chance(0.75):
        _add_oars(draft, hull.beam, hull.depth + 0.02, (0.08,))
        draft.say("with two oars")
    draft.call("small", "open")
    draft.say("with benches")
    return draft.finish("rowing boat", "rowboat", "boat", "dinghy")


def _canoe(rng: np.random.Generator) -> Model:
    """Build a slender open boat, pointed at both ends."""
    draft = Draft(rng, "watercraft", "canoe")
    main = _hull_paint(draft)
    hull = Hull(1.0, draft.between(0.19, 0.23), draft.between(0.12, 0.15), bow=0.48, sheer=draft.between(0.05, 0.1))
    draft.add("hull", main, double_ended(hull, 0.03, 0.04))
    for z in (-0.2, 0.2):
        draft.add(
            "bench", "oak wood", box((1.7 * hull.half_width(0.5 + abs(z)), 0.03, 0.06), (0.0, 0.8 * hull.depth, z))
        )
    if draft.chance(0.5):
        shaft = rod((-0.09, 0.15, -0.2), (0.12, 0.18, 0.2), 0.015)
        draft.add("paddle", "oak wood", shaft, box((0.07, 0.03, 0.13), (0.14, 0.185, 0.24)))
        draft.say("with a paddle")
    draft.call("slender", "narrow", "open")
    draft.say("with pointed ends")
    return draft.finish("canoe", "boat", "kayak", "dugout")


def _speedboat(rng: np.random.Generator) -> Model:
    """Build a motor boat with a windscreen and an outboard engine."""
    draft = Draft(rng, "watercraft", "speedboat")
    main = draft.colour()
    second = draft.colour(main)
    hull = Hull(1.0, draft.between(0.32, 0.38), draft.between(0.15, 0.18), bow=0.65, stern=0.95, sheer=0.05)
    draft.add("hull", main, decked(hull))
    draft.add("cockpit", "black", box((0.24, 0.03, 0.34), (0.0, hull.depth + 0.005, -0.2)))
    draft.add("seat", second, *(box((0.22, 0.08, 0.06), (0.0, hull.depth + 0.04, z), 0.015) for z in (-0.34, -0.16)))
    draft.add("stripe", second, box((hull.beam - 0.01, 0.04, 0.5), (0.0, 0.8 * hull.depth, -0.23)))
    screen = [(0.0, hull.depth - 0.01), (0.1, hull.depth - 0.01), (0.0, hull.depth + 0.1), (-0.04, hull.depth + 0.1)]
    draft.add("windscreen", "glass", from_side(screen, 0.24))
    draft.add(
        "engine",
        draft.choose("black", "white", "grey"),
        box((0.12, 0.16, 0.09), (0.0, hull.depth + 0.03, -0.52), 0.02),
        box((0.05, 0.2, 0.05), (0.0, 0.08, -0.52)),
    )
    draft.call("fast", "small")
    draft.say("with an outboard motor", "with a windscreen")
    return draft.finish("speedboat", "motorboat", "boat", "powerboat")


def _catamaran(rng: np.random.Generator) -> Model:
    """Build a sailing boat on two hulls."""
    draft = Draft(rng, "watercraft", "catamaran")
    main, sail = draft.colour() if draft.chance(0.6) else "white", "white" if draft.chance(0.5) else draft.colour()
    offset, top = draft.between(0.2, 0.25), draft.between(0.95, 1.1)
    float_ = decked(Hull(0.9, 0.1, 0.13, stern=0.8, sheer=0.03)).moved(offset, 0.0, 0.0)
    draft.add("hull", main, *both(float_))
    draft.add("deck", draft.choose("grey", "white", "beige"), box((2 * offset, 0.035, 0.42), (0.0, 0.13, -0.1)))
    draft.add("crossbar", "silver", rod_x(0.018, -offset, offset).moved(0.0, 0.135, 0.28))
    draft.add("mast", "silver", cylinder(0.018, top - 0.12, sides=12).moved(0.0, 0.12, 0.08))
    draft.add("sail", sail, triangle_sail((0.07, -0.32), top, 0.22))
    draft.add("jib", sail, triangle_sail((0.11, 0.34), 0.75 * top, 0.18))
    draft.say("with two hulls", f"with two {sail} sails", "with a mast")
    return draft.finish("catamaran", "sailboat", "boat", "sailing boat")


def _raft(rng: np.random.Generator) -> Model:
    """Build a raft of logs, usually with a mast and a square sail."""
    draft = Draft(rng, "watercraft", "raft")
    wood, number = draft.choose(*WOODS), draft.count(6, 8)
    radius = 0.04
    for place in range(number):
        end = draft.between(0.4, 0.46)
        x = (place - 0.5 * (number - 1)) * 1.9 * radius
        draft.add("log", wood, rod_z(radius, -end, end, 14).moved(x, radius, 0.0))
    wide = number * radius
    draft.add("crossbeam", "dark wood", *(rod_x(0.025, -wide, wide, 12).moved(0.0, 0.085, z) for z in (-0.3, 0.3)))
    if draft.chance(0.7):
        sail = "white" if draft.chance(0.4) else draft.colour()
        draft.add("mast", "dark wood", cylinder(0.022, 0.75, sides=12).moved(0.0, 0.03, 0.0))
        draft.add("sail", sail, square_sail(0.5, 0.28, 0.72, 0.02))
        draft.say(f"with a {sail} sail", "with a mast")
    draft.call("wooden", "flat")
    draft.say("made of logs")
    return draft.finish("raft", "wooden raft", "boat", "log raft")


def _longship(rng: np.random.Generator) -> Model:
    """Build a Viking ship: high ends, shields along the sides, a square sail."""
    draft = Draft(rng, "watercraft", "viking ship")
    wood, sail = draft.choose(*WOODS), "red" if draft.chance(0.3) else draft.colour()
    hull = Hull(1.0, draft.between(0.24, 0.28), 0.14, bow=0.49, sheer=draft.between(0.14, 0.2))
    draft.add("hull", wood, double_ended(hull, 0.03, 0.05))
    for side in (-1.0, 1.0):
        curl = ellipsoid((0.035, 0.06, 0.05), (0.0, hull.depth + hull.sheer + 0.04, side * 0.49), 8, 12)
        draft.add("stem", wood, curl)
    shield = rod_x(0.05, -0.014, 0.014, 16)
    colours = (draft.colour(), draft.colour("brown"))
    for number, z in enumerate(np.linspace(-0.22, 0.22, 5)):
        x = hull.half_width(0.5 + abs(z)) + 0.008
        draft.add("shield", colours[number % 2], *both(shield.moved(float(x), hull.depth - 0.005, float(z))))
    draft.add("mast", wood, cylinder(0.018, 0.66, sides=12).moved(0.0, 0.04, 0.0))
    draft.add("yard", wood, rod_x(0.018, -0.27, 0.27).moved(0.0, 0.64, 0.0))
    draft.add("sail", sail, square_sail(0.5, 0.3, 0.64, 0.01))
    draft.call("old", "wooden")
    draft.say("with shields on the sides", f"with a {sail} sail", "with a square sail")
    return draft.finish("viking ship", "longship", "ship", "boat", "sailing ship")


def _fishing_boat(rng: np.random.Generator) -> Model:
    """Build a fishing boat: wheelhouse, mast and derrick."""
    draft = Draft(rng, "watercraft", "fishing boat")
    main = draft.colour()
    house = "white" if main != "white" else draft.colour("white")
    hull = Hull(1.0, draft.between(0.3, 0.36), draft.between(0.2, 0.24), sheer=0.1)
    draft.add("hull", main, hollow(hull, 0.035, 0.15))
    z = draft.between(0.08, 0.16)
    draft.add("wheelhouse", house, box((0.2, 0.24, 0.2), (0.0, hull.depth + 0.06, z)))
    draft.add(
        "window",
        "dark glass",
        box((0.206, 0.06, 0.15), (0.0, hull.depth + 0.11, z)),
        box((0.15, 0.06, 0.21), (0.0, hull.depth + 0.11, z)),
    )
    draft.add("roof", main, box((0.24, 0.03, 0.25), (0.0, hull.depth + 0.19, z)))
    draft.add("mast", "brown", cylinder(0.018, 0.4, sides=10).moved(0.0, hull.depth - 0.06, -0.12))
    draft.add("derrick", "brown", rod((0.0, hull.depth, -0.12), (0.0, hull.depth + 0.3, -0.42), 0.017))
    draft.add("fish box", draft.choose("orange", "blue", "yellow"), box((0.14, 0.09, 0.14), (0.0, 0.19, -0.3)))
    draft.say("with a wheelhouse", "with a cabin", "with a mast")
    return draft.finish("fishing boat", "boat", "trawler", "ship")


def _gondola(rng: np.random.Generator) -> Model:
    """Build a narrow boat with upturned ends, a seat and a long oar."""
    draft = Draft(rng, "watercraft", "gondola")
    main = "black" if draft.chance(0.4) else draft.colour()
    hull = Hull(1.0, draft.between(0.17, 0.2), 0.1, bow=0.49, sheer=draft.between(0.12, 0.17))
    draft.add("hull", main, double_ended(hull, 0.03, 0.04))
    prow = along_z([(0.018, -0.06), (0.02, 0.06)], 10).turned("x", -60.0)
    draft.add("prow", "silver", prow.moved(0.0, hull.depth + hull.sheer + 0.03, 0.49))
    draft.add(
        "seat",
        "red" if main != "red" else "black",
        box((0.12, 0.07, 0.12), (0.0, 0.11, -0.03), 0.02),
        box((0.12, 0.12, 0.03), (0.0, 0.16, -0.1)),
    )
    draft.add("oar", "oak wood", rod((0.02, 0.24, -0.25), (0.2, 0.0, -0.48), 0.016))
    draft.call("slender", "narrow", "long")
    draft.say("with upturned ends", "with a seat", "with an oar")
    return draft.finish("gondola", "boat", "rowing boat", "venetian boat")


STYLES: dict[str, Builder] = {
    "sailboat": _sailboat,
    "rowing boat": _rowing_boat,
    "canoe": _canoe,
    "speedboat": _speedboat,
    "catamaran": _catamaran,
    "raft": _raft,
    "viking ship": _longship,
    "fishing boat": _fishing_boat,
    "gondola": _gondola,
    **SHIP_STYLES,
}
