"""Lookups in the table of nouns, and the tables of categories, adjectives and materials."""

from collections.abc import Iterator
from functools import cache

from iss_backend.data import vocabulary_nature as nature
from iss_backend.data import vocabulary_objects as objects
from iss_backend.data import vocabulary_things as things

_TABLES = (
    things.VEHICLES, things.CREATURES, nature.NATURE, nature.FOOD,
    objects.FURNITURE, objects.HOUSEHOLD, objects.BUILDINGS, objects.WEAPONS,
)  # fmt: skip

# Categories of the procedural shapes and of the meshes' index: synonyms and hyponyms, the plainest one first.
CATEGORY_NOUNS: dict[str, tuple[str, ...]] = {
    name: tuple(nouns.split(", "))
    for name, nouns in {
        "airplane": "airplane, aeroplane, plane, aircraft, jet, airliner",
        "bench": "bench, park bench, garden bench, seat",
        "cabinet": "cabinet, cupboard, dresser, sideboard, wardrobe",
        "car": "car, automobile, vehicle, auto, sedan, motor car",
        "chair": "chair, seat, dining chair, side chair",
        "display": "display, monitor, screen, television, tv, computer screen",
        "lamp": "lamp, light, lantern, table lamp, floor lamp",
        "loudspeaker": "loudspeaker, speaker, speaker box, hi-fi speaker, sound box",
        "rifle": "rifle, gun, assault rifle, weapon, firearm",
        "sofa": "sofa, couch, settee, lounge, loveseat",
        "table": "table, desk, dining table, coffee table",
        "telephone": "telephone, phone, mobile phone, cell phone, smartphone, handset",
        "watercraft": "watercraft, boat, ship, vessel, yacht",
        "animal": "animal, creature, beast",
        "appliance": "appliance, kitchen appliance, machine",
        "bathroom": "bathroom fixture, sanitary ware",
        "bed": "bed, double bed, single bed, bedstead",
        "bicycle": "bicycle, bike, cycle",
        "boat": "boat, ship, watercraft, vessel",
        "bottle_potion": "bottle, flask, potion",
        "bush_plant": "plant, bush, shrub",
        "cactus": "cactus, succulent, desert plant",
        "character": "person, character, figure",
        "container": "container, box, crate",
        "crop": "crop, plant, vegetable",
        "decor": "decoration, ornament",
        "desk": "desk, writing desk, table",
        "dinosaur": "dinosaur, reptile",
        "electronics": "electronic device, device, gadget",
        "fish_sea": "fish, sea animal",
        "flower": "flower, blossom, bloom",
        "food": "food, snack, dish",
        "gun": "gun, weapon, firearm, pistol",
        "house_building": "building, house",
        "instrument": "musical instrument, instrument",
        "item_icon": "item, object",
        "kitchenware": "kitchenware, kitchen utensil, dish",
        "mirror_window_door": "door, window",
        "mushroom": "mushroom, toadstool, fungus",
        "planet_cloud": "planet, globe",
        "robot_monster": "robot, monster",
        "rock": "rock, stone, boulder",
        "shelf": "shelf, bookcase, rack",
        "spaceship": "spaceship, spacecraft, starship, rocket ship",
        "stool": "stool, seat, footstool",
        "street_prop": "street furniture, road object",
        "sword_blade": "sword, blade, weapon",
        "tank_mech": "tank, armoured vehicle, mech",
        "tool": "tool, implement",
        "train": "train, railway train, locomotive",
        "tree": "tree, leafy tree",
        "truck_bus": "truck, lorry, vehicle",
        "weapon_other": "weapon, arms",
    }.items()
}

# What every shape of a category may truly be called; the hyponyms of CATEGORY_NOUNS fit only some.
CATEGORY_SYNONYMS: dict[str, tuple[str, ...]] = {
    name: tuple(nouns.split(", "))
    for name, nouns in {
        "airplane": "airplane, aeroplane, plane, aircraft",
        "bench": "bench, seat",
        "cabinet": "cabinet",
        "car": "car, automobile, vehicle, auto, motor car",
        "chair": "chair, seat",
        "display": "display, monitor, screen",
        "lamp": "lamp, light",
        "loudspeaker": "loudspeaker, speaker",
        "rifle": "rifle, gun, weapon, firearm",
        "sofa": "sofa, couch, settee",
        "table": "table",
        "telephone": "telephone, phone",
        "watercraft": "watercraft, boat, vessel",
    }.items()
}

# word of a name: adjectives for the captions
ADJECTIVES: dict[str, tuple[str, ...]] = {
    name: tuple(words.split(", "))
    for name, words in {
        "round": "round, circular",
        "rounded": "rounded",
        "square": "square",
        "rectangle": "rectangular",
        "oval": "oval",
        "cylinder": "cylindrical",
        "cylindric": "cylindrical",
        "long": "long",
        "wide": "wide, broad",
        "tall": "tall, high",
        "thin": "thin, slim",
        "slim": "slim, narrow",
        "big": "big, large",
        "bigger": "big, huge",
        "large": "large, big",
        "small": "small, little",
        "mini": "tiny, small",
        "double": "double",
        "triple": "triple",
        "dead": "dead, bare",
        "broken": "broken, damaged",
        "damaged": "damaged, broken",
        "destroyed": "destroyed, ruined",
        "open": "open",
        "closed": "closed",
        "half": "half",
        "empty": "empty",
        "full": "full",
        "filled": "full",
        "stacked": "stacked",
        "stack": "stacked",
        "hanging": "hanging",
        "modern": "modern",
        "vintage": "vintage, old",
        "old": "old",
        "lit": "burning, lit",
        "fire": "burning",
        "melted": "melted",
        "cooked": "cooked",
        "raw": "raw",
        "dirty": "dirty, used",
        "fancy": "fancy",
        "luxury": "luxury",
        "future": "futuristic",
        "electric": "electric",
        "cushioned": "cushioned",
        "pillows": "cushioned",
        "sawed": "sawn-off",
        "angry": "angry",
        "crushed": "crushed",
        "sliced": "sliced",
        "chopped": "chopped",
        "slice": "sliced",
        "slices": "sliced",
        "stripes": "striped",
        "hooded": "hooded",
    }.items()
}
# as above, for words that also say a colour: wrong for a recoloured mesh
COLOUR_ADJECTIVES: dict[str, tuple[str, ...]] = {
    "snow": ("snowy", "snow-covered"),
    "autumn": ("autumn", "autumnal"),
    "moss": ("mossy", "moss-covered"),
    "lava": ("lava",),
    "rusty": ("rusty",),
}
# word of a name: adjectives, and what it is "made of"
MATERIALS: dict[str, tuple[tuple[str, ...], str]] = {
    "wood": (("wooden", "wood"), "wood"),
    "wooden": (("wooden", "wood"), "wood"),
    "stone": (("stone",), "stone"),
    "brick": (("brick",), "bricks"),
    "gold": (("golden", "gold"), "gold"),
    "golden": (("golden", "gold"), "gold"),
    "silver": (("silver",), "silver"),
    "bronze": (("bronze",), "bronze"),
    "iron": (("iron",), "iron"),
    "metal": (("metal", "metallic"), "metal"),
    "steel": (("steel",), "steel"),
    "glass": (("glass",), "glass"),
    "leather": (("leather",), "leather"),
    "cardboard": (("cardboard",), "cardboard"),
    "plastic": (("plastic",), "plastic"),
    "marble": (("marble",), "marble"),
    "ice": (("ice", "icy"), "ice"),
    "paper": (("paper",), "paper"),
    "chrome": (("chrome", "chromed"), "chrome"),
    "brass": (("brass",), "brass"),
    "copper": (("copper",), "copper"),
    "aluminium": (("aluminium", "aluminum"), "aluminium"),
    "concrete": (("concrete",), "concrete"),
    "rubber": (("rubber",), "rubber"),
    "ceramic": (("ceramic", "porcelain"), "porcelain"),
    "fabric": (("fabric", "cloth", "upholstered"), "fabric"),
    "velvet": (("velvet",), "velvet"),
    "canvas": (("canvas",), "canvas"),
    "wicker": (("wicker", "rattan"), "wicker"),
}
COLOURED_MATERIALS = frozenset({"gold", "golden", "silver", "bronze"})


@cache
def thing_nouns() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the table: words of a name -> nouns, the plainest one first."""
    return {words: nouns for words, nouns, _ in _entries()}


@cache
def _weak_things() -> frozenset[tuple[str, ...]]:
    return frozenset(words for words, _, is_weak in _entries() if is_weak)


def find_thing(words: tuple[str, ...]) -> tuple[int, int] | None:
    """Return begin and end of the words of a name that tell what it shows, or None.

    The longest entry wins, then one that is not weak, then the first one in the name.
    """
    spans = [(begin, end) for begin in range(len(words)) for end in range(begin + 1, len(words) + 1)]
    found = [span for span in spans if words[slice(*span)] in thing_nouns()]
    return max(
        found,
        key=lambda span: (span[1] - span[0], words[slice(*span)] not in _weak_things(), -span[0]),
        default=None,
    )


def all_nouns() -> list[str]:
    """Return every noun of the tables once, in alphabetic order."""
    lists = [*thing_nouns().values(), *CATEGORY_NOUNS.values()]
    return sorted({noun for nouns in lists for noun in nouns})


def _entries() -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    for line in "".join(_TABLES).replace("\n\n", "\n").strip().splitlines():
        keys, nouns = line.split(" : ")
        is_weak = keys.startswith("~")
        for key in keys.removeprefix("~").split(" / "):
            yield tuple(key.split()), tuple(noun.strip() for noun in nouns.split(", ")), is_weak
