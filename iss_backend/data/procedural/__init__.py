"""Procedural models of everyday things: shapes, colours and words from one seed.

Every category is a module with ``STYLES``: names of structural styles and their builders.
"""

from __future__ import annotations

import zlib

import numpy as np

from iss_backend.data.procedural import (
    airplane,
    bench,
    bicycle,
    cabinet,
    car,
    chair,
    chests,
    curiosities,
    display,
    figures,
    fish,
    greenery,
    guitar,
    house,
    lamp,
    loudspeaker,
    plants,
    rifle,
    rocket,
    rocks,
    sofa,
    spaceship,
    sweets,
    sword,
    table,
    telephone,
    train,
    truck,
    umbrella,
    vessels,
    watercraft,
)
from iss_backend.data.procedural.model import Builder, Model
from iss_backend.errors import BadInputError

CATEGORIES: dict[str, dict[str, Builder]] = {
    "hat": curiosities.HAT,
    "gift": chests.GIFT,
    "chest": chests.CHEST,
    "castle": curiosities.CASTLE,
    "bowl": vessels.BOWL,
    "bottle": vessels.BOTTLE,
    "vase": vessels.VASE,
    "mug": vessels.MUG,
    "fruit": plants.FRUIT,
    "tree": plants.TREE,
    "plant": greenery.PLANT,
    "rock": rocks.ROCK,
    "fish": fish.FISH,
    "mushroom": plants.MUSHROOM,
    "robot": figures.ROBOT,
    "snowman": figures.SNOWMAN,
    "icecream": sweets.ICECREAM,
    "cake": sweets.CAKE,
    "cupcake": sweets.CUPCAKE,
    "house": house.STYLES,
    "telephone": telephone.STYLES,
    "loudspeaker": loudspeaker.STYLES,
    "lamp": lamp.STYLES,
    "display": display.STYLES,
    "cabinet": cabinet.STYLES,
    "bench": bench.STYLES,
    "chair": chair.STYLES,
    "sofa": sofa.STYLES,
    "table": table.STYLES,
    "airplane": airplane.STYLES,
    "bicycle": bicycle.STYLES,
    "car": car.STYLES,
    "guitar": guitar.STYLES,
    "rifle": rifle.STYLES,
    "rocket": rocket.STYLES,
    "spaceship": spaceship.STYLES,
    "sword": sword.STYLES,
    "train": train.STYLES,
    "truck": truck.STYLES,
    "umbrella": umbrella.STYLES,
    "watercraft": watercraft.STYLES,
}


def generate(category: str, style: str, seed: int) -> Model:
    """Return the model of a category and style that belongs to a seed from 0.

    Raises:
        BadInputError: there is no such category or style.
    """
    if style not in CATEGORIES.get(category, {}):
        raise BadInputError(f"There is no style '{style}' of a category '{category}': see procedural.CATEGORIES.")
    start = zlib.crc32(f"{category}/{style}".encode())
    return CATEGORIES[category][style](np.random.default_rng([start, seed]))
