"""Ships, bow towards +Z: motor yachts, freighters, warships, galleons, submarines."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, block, counted, rod
from iss_backend.data.procedural.hulls import Hull, decked, square_sail, triangle_sail
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.data.procedural.placing import along_z, both, from_side, rod_x, rod_z
from iss_backend.data.procedural.solids import box, cylinder, ellipsoid


def _add_decks(draft: Draft, sizes: list[tuple[float, float, float]], y: float, z: float, paint: str) -> float:
    """Stack decks of (width, height, length) with a band of windows each; return the height of the top."""
    for width, height, length in sizes:
        draft.add("deckhouse", paint, box((width, height, length), (0.0, y + 0.5 * height, z)))
        band = y + 0.55 * height
        draft.add(
            "window",
            "dark glass",
            box((width + 0.012, 0.42 * height, 0.86 * length), (0.0, band, z)),
            box((0.8 * width, 0.42 * height, length + 0.012), (0.0, band, z)),
        )
        y += height
    return y


def _add_funnel(draft: Draft, y: float, z: float, radius: float, height: float, paint: str) -> None:
    """Add a funnel with a black top."""
    draft.add("funnel", paint, cylinder(radius, height, sides=18).moved(0.0, y, z))
    draft.add("funnel top", "black", cylinder(1.03 * radius, 0.25 * height, sides=18).moved(0.0, y + 0.78 * height, z))


def _yacht(rng: np.random.Generator) -> Model:
    """Build a motor yacht with sloping decks."""
    draft = Draft(rng, "watercraft", "yacht")
    main = "white" if draft.chance(0.45) else draft.colour()
    second = "white" if draft.chance(0.7) else draft.colour()
    hull = Hull(1.0, draft.between(0.25, 0.3), draft.between(0.13, 0.16), bow=0.6, stern=0.9, sheer=0.04)
    draft.add("hull", main, decked(hull))
    y = hull.depth - 0.01
    for length, wide, rise in ((0.58, 0.2, 0.09), (0.36, 0.16, 0.08)):
        low, high = -0.38, -0.38 + length
        house = [(low, y), (high, y), (high - 0.14, y + rise), (low + 0.03, y + rise)]
        draft.add("deckhouse", second, from_side(house, wide))
        band = [
            (low + 0.05, y + 0.03),
            (high - 0.04, y + 0.03),
            (high - 0.1, y + rise - 0.02),
            (low + 0.06, y + rise - 0.02),
        ]
        draft.add("window", "dark glass", from_side(band, wide + 0.012))
        y += rise - 0.005
    draft.add(
        "radar",
        "silver",
        rod((0.0, y, -0.25), (0.0, y + 0.1, -0.28), 0.016),
        box((0.14, 0.03, 0.04), (0, y + 0.09, -0.28)),
    )
    draft.call("elegant", "modern")
    draft.say("with two decks")
    return draft.finish("yacht", "motor yacht", "boat", "ship", "motorboat")


def _ferry(rng: np.random.Generator) -> Model:
    """Build a broad ferry with open car deck ends."""
    draft = Draft(rng, "watercraft", "ferry")
    main = draft.colour()
    second = "white" if main != "white" else draft.colour("white")
    hull = Hull(1.0, draft.between(0.32, 0.38), 0.15, bow=0.25, stern=0.85, sheer=0.02, fullness=0.5)
    draft.add("hull", main, decked(hull))
    top = _add_decks(
        draft, [(0.9 * hull.beam, 0.1, 0.66), (0.8 * hull.beam, 0.08, 0.5)], hull.depth - 0.005, -0.03, second
    )
    draft.add("bridge", second, box((0.7 * hull.beam, 0.07, 0.1), (0.0, top + 0.035, 0.12)))
    draft.add("bridge window", "dark glass", box((0.71 * hull.beam, 0.03, 0.106), (0.0, top + 0.04, 0.12)))
    _add_funnel(draft, top, -0.15, 0.05, 0.12, draft.colour("black"))
    draft.call("big", "broad")
    draft.say("with a funnel", "with many windows", "with two decks")
    return draft.finish("ferry", "ship", "ferryboat", "passenger ship", "boat")


def _container_ship(rng: np.random.Generator) -> Model:
    """Build a freighter loaded with coloured containers."""
    draft = Draft(rng, "watercraft", "container ship")
    main = draft.colour()
    hull = Hull(
        1.0, draft.between(0.19, 0.23), draft.between(0.11, 0.14), bow=0.22, stern=0.9, sheer=0.03, fullness=0.45
    )
    draft.add("hull", main, decked(hull))
    rows = draft.count(4, 5)
    length = 0.6 / rows
    for row in range(rows):
        z = -0.2 + (row + 0.5) * length
        for level in range(draft.count(1, 3)):
            for side in (-1.0, 1.0):
                size = (0.45 * hull.beam, 0.065, 0.92 * length)
                centre = (side * 0.235 * hull.beam, hull.depth + 0.03 + 0.066 * level, z)
                draft.add(
                    "container", draft.choose("red", "blue", "green", "orange", "yellow", "grey"), box(size, centre)
                )
    draft.add("bridge", "white", box((0.85 * hull.beam, 0.27, 0.1), (0.0, hull.depth + 0.13, -0.36)))
    draft.add("bridge window", "dark glass", box((0.87 * hull.beam, 0.035, 0.106), (0.0, hull.depth + 0.22, -0.36)))
    _add_funnel(draft, hull.depth, -0.45, 0.035, 0.2, draft.colour("black"))
    draft.call("big", "long")
    draft.say("with containers", "loaded with containers")
    return draft.finish("container ship", "cargo ship", "freighter", "ship", "watercraft")


def _tugboat(rng: np.random.Generator) -> Model:
    """Build a short, high tug with a big funnel and fenders."""
    draft = Draft(rng, "watercraft", "tugboat")
    main = draft.colour()
    house = draft.colour(main) if draft.chance(0.4) else "white" if main != "white" else "yellow"
    hull = Hull(1.0, draft.between(0.38, 0.44), draft.between(0.22, 0.26), bow=0.5, stern=0.8, sheer=0.09)
    draft.add("hull", main, decked(hull))
    top = _add_decks(draft, [(0.24, 0.13, 0.4), (0.18, 0.12, 0.18)], hull.depth - 0.01, 0.08, house)
    draft.add("roof", main, box((0.22, 0.03, 0.22), (0.0, top, 0.08)))
    _add_funnel(draft, hull.depth + 0.1, -0.14, 0.065, draft.between(0.2, 0.26), draft.colour("black"))
    draft.add(
        "fender",
        "rubber",
        *both(
            *(
                rod_x(0.055, -0.02, 0.02).moved(float(hull.half_width(z + 0.5)) + 0.005, hull.depth - 0.05, z)
                for z in (-0.3, -0.1, 0.1)
            )
        ),
    )
    draft.call("small", "sturdy")
    draft.say("with a funnel", "with tyres on the sides")
    return draft.finish("tugboat", "tug", "boat", "ship", "steamboat")


def _submarine(rng: np.random.Generator) -> Model:
    """Build a submarine with a tower, rudders and a propeller."""
    draft = Draft(rng, "watercraft", "submarine")
    main = draft.colour() if draft.chance(0.6) else draft.choose("dark grey", "black", "yellow")
    radius = draft.between(0.085, 0.13)
    body = [(0.3 * radius, -0.5), (0.75 * radius, -0.36), (radius, -0.18), (radius, 0.3)]
    body += [(radius * float(np.cos(t)), 0.3 + 0.19 * float(np.sin(t))) for t in (0.4, 0.8, 1.2, 1.45)]
    draft.add("hull", main, along_z(body))
    tower = draft.between(0.1, 0.14)
    draft.add("tower", main, box((0.07, tower + radius, 0.2), (0.0, 0.5 * (tower + radius), 0.1), 0.02))
    draft.add(
        "periscope",
        "silver" if main != "grey" else "black",
        rod((0.0, radius, 0.08), (0, radius + tower + 0.09, 0.08), 0.017),
        box((0.034, 0.034, 0.07), (0.0, radius + tower + 0.09, 0.1)),
    )
    draft.add(
        "rudder",
        main,
        box((0.03, 3.2 * radius, 0.1), (0.0, 0.0, -0.42)),
        box((3.2 * radius, 0.03, 0.1), (0.0, 0.0, -0.42)),
    )
    blade = box((0.05, 0.1, 0.026), (0.0, 0.05, -0.515))
    draft.add("propeller", "gold", *(blade.turned("z", angle) for angle in (45, 135, 225, 315)))
    draft.add("fin", main, *both(box((0.12, 0.03, 0.09), (radius + 0.03, 0.0, 0.32))))
    if draft.chance(0.5):
        draft.add(
            "porthole",
            "glass",
            *both(*(rod_x(0.03, 0.0, radius + 0.006, 14).moved(0, 0, z) for z in (-0.1, 0.05, 0.2))),
        )
        draft.say("with portholes")
    draft.say("with a periscope", "with a tower", "with a propeller")
    return draft.finish("submarine", "u-boat", "watercraft", "boat")


def _battleship(rng: np.random.Generator) -> Model:
    """Build a warship with gun turrets and a high bridge."""
    draft = Draft(rng, "watercraft", "battleship")
    main = "grey" if draft.chance(0.45) else draft.colour()
    hull = Hull(1.0, draft.between(0.17, 0.21), draft.between(0.09, 0.11), bow=0.5, stern=0.6, sheer=0.04)
    draft.add("hull", main, decked(hull))
    second = draft.choose("dark grey", "grey", "light grey")
    y = hull.depth - 0.005
    for width, height, length in ((0.13, 0.06, 0.36), (0.1, 0.07, 0.14), (0.07, 0.07, 0.08)):
        draft.add("superstructure", second, box((width, height, length), (0.0, y + 0.5 * height, 0.0)))
        y += height
    draft.add(
        "mast",
        second,
        cylinder(0.016, 0.12, sides=10).moved(0.0, y - 0.01, 0.0),
        box((0.12, 0.028, 0.028), (0, y + 0.06, 0)),
    )
    _add_funnel(draft, hull.depth, -0.12, 0.035, 0.15, second)
    for z, front in ((0.33, 1), (0.23, 1), (-0.27, -1), (-0.37, -1)):
        rise = 0.03 if abs(z) < 0.3 else 0.0
        draft.add("turret", second, box((0.1, 0.05 + rise, 0.09), (0.0, hull.depth + 0.02 + 0.5 * rise, z), 0.01))
        gun = rod_z(0.013, z, z + 0.13) if front > 0 else rod_z(0.013, z - 0.13, z)
        draft.add("gun", "dark metal", *both(gun.moved(0.024, hull.depth + 0.03 + rise, 0.0)))
    draft.say("with guns", "with four gun turrets", "with a funnel")
    draft.call("long")
    return draft.finish("battleship", "warship", "navy ship", "ship", "watercraft")


def _galleon(rng: np.random.Generator) -> Model:
    """Build a tall ship with three masts, square sails and a high stern."""
    draft = Draft(rng, "watercraft", "galleon")
    wood, sail = (
        draft.choose("walnut wood", "oak wood", "dark wood", "cherry wood"),
        draft.choose("white", "canvas", "white", draft.colour()),
    )
    hull = Hull(0.85, draft.between(0.22, 0.26), draft.between(0.17, 0.2), bow=0.4, stern=0.8, sheer=0.07)
    draft.add("hull", wood, decked(hull))
    draft.add("stern castle", wood, box((0.8 * hull.beam, 0.13, 0.2), (0.0, hull.depth + 0.06, -0.32)))
    draft.add(
        "band",
        draft.choose("gold", "red", "white"),
        box((hull.beam + 0.008, 0.03, 0.4), (0.0, 0.85 * hull.depth, -0.1)),
    )
    draft.add("bowsprit", wood, rod((0.0, hull.depth + 0.02, 0.36), (0.0, hull.depth + 0.14, 0.6), 0.016))
    for z, top in ((-0.26, 0.68), (0.0, 0.86), (0.24, 0.74)):
        draft.add("mast", "dark wood", cylinder(0.018, top - 0.1, sides=10).moved(0.0, 0.12, z))
        middle = 0.5 * (top + hull.depth + 0.1)
        draft.add(
            "sail",
            sail,
            square_sail(0.4, hull.depth + 0.1, middle - 0.01, z + 0.01),
            square_sail(0.32, middle + 0.01, top - 0.03, z + 0.01),
        )
    draft.add("jib", sail, triangle_sail((0.33, 0.56), 0.52, hull.depth + 0.12))
    flag = draft.choose("red", "black", "blue")
    draft.add("flag", flag, box((0.03, 0.07, 0.12), (0.0, 0.87, -0.07)))
    draft.call("old", "wooden", "tall")
    draft.say(
        "with three masts", f"with {sail} sails" if sail != "canvas" else "with beige sails", f"with a {flag} flag"
    )
    return draft.finish("sailing ship", "galleon", "pirate ship", "tall ship", "ship", "boat")


def _cruise_ship(rng: np.random.Generator) -> Model:
    """Build an ocean liner with many decks and one to four funnels."""
    draft = Draft(rng, "watercraft", "cruise ship")
    main = "white" if draft.chance(0.3) else draft.colour()
    upper = "white" if draft.chance(0.8) else draft.colour(main)
    hull = Hull(1.0, draft.between(0.18, 0.22), draft.between(0.13, 0.16), bow=0.35, stern=0.7, sheer=0.03)
    draft.add("hull", main, decked(hull))
    decks = draft.count(2, 4)
    sizes = [(0.85 * hull.beam - 0.012 * n, 0.055, 0.72 - 0.09 * n) for n in range(decks)]
    top = _add_decks(draft, sizes, hull.depth - 0.005, -0.06, upper)
    funnels, paint = draft.count(1, 4), draft.colour("black")
    for z in np.linspace(-0.1, 0.12, funnels) if funnels > 1 else (-0.08,):
        _add_funnel(draft, top - 0.01, float(z) - 0.05, 0.032, 0.13, paint)
    draft.call("big", "long")
    draft.say(f"with {counted(funnels, 'funnel')}", f"with {counted(decks, 'deck')}", "with many windows")
    return draft.finish("cruise ship", "ocean liner", "ship", "passenger ship", "steamship")


def _carrier(rng: np.random.Generator) -> Model:
    """Build an aircraft carrier: a flat flight deck with a tower at the side and small jets."""
    draft = Draft(rng, "watercraft", "aircraft carrier")
    main = "grey" if draft.chance(0.5) else draft.colour()
    depth, wide = draft.between(0.1, 0.16), draft.between(0.85, 1.15)
    draft.add("hull", main, decked(Hull(0.96, 0.2 * wide, depth, bow=0.3, stern=0.9, sheer=0.01, fullness=0.5)))
    outline = [
        (-0.17, -0.4),
        (-0.13, -0.5),
        (0.13, -0.5),
        (0.16, -0.3),
        (0.16, 0.25),
        (0.09, 0.5),
        (-0.09, 0.5),
        (-0.17, 0.1),
    ]
    deck = from_side([(z, wide * x) for x, z in outline], 0.035).turned("z", -90.0)
    draft.add("flight deck", draft.choose("dark grey", "black"), deck.moved(0.0, depth + 0.015, 0.0))
    draft.add("line", "white", box((0.028, 0.012, 0.86), (0.0, depth + 0.033, 0.0)))
    high, x, z = draft.between(0.1, 0.17), 0.12 * wide, draft.between(-0.12, 0.12)
    tower = block(0.06, high, draft.between(0.12, 0.18), x, depth + 0.025, z)
    draft.add("tower", main, tower, block(0.03, 0.09, 0.03, x, depth + 0.02 + high, z))
    jet = (
        box((0.03, 0.03, 0.12)),
        box((0.1, 0.026, 0.04), (0.0, 0.0, -0.01)),
        ellipsoid((0.015, 0.02, 0.03), (0.0, 0.017, -0.045), 6, 8),
    )
    for x, z in ((-0.08, -0.3), (0.07, -0.3), (-0.08, -0.1), (0.06, 0.3), (-0.07, 0.12))[: draft.count(3, 5)]:
        draft.add("jet", "light grey", *(part.moved(wide * x, depth + 0.048, z) for part in jet))
    draft.call("big", "flat")
    draft.say("with jets on the deck", "with a tower", "with a flat deck")
    return draft.finish("aircraft carrier", "warship", "ship", "navy ship", "watercraft")


SHIP_STYLES: dict[str, Builder] = {
    "yacht": _yacht,
    "ferry": _ferry,
    "container ship": _container_ship,
    "tugboat": _tugboat,
    "submarine": _submarine,
    "battleship": _battleship,
    "galleon": _galleon,
    "cruise ship": _cruise_ship,
    "aircraft carrier": _carrier,
}
