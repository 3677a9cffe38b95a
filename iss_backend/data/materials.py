"""Materials that a stylised shape may be asked for: a solid texture each, and the many ways to say it.

Later work may add deformations ("spiky", "melting"): a `Material` is looked up by name and painted at surface points,
whatever moved them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from iss_backend.data import textures as solid
from iss_backend.data import textures_patterns as patterns
from iss_backend.data.colour_names import BASIC_COLOURS, sample_colour
from iss_backend.data.noise import LATTICE
from iss_backend.data.textures import Grain, Paint, Texture
from iss_backend.errors import BadInputError


@dataclass(frozen=True)
class Material:
    """A texture and its words.

    Attributes:
        name: its key in `SOLID_MATERIALS`.
        texture: what paints it.
        adjectives: said before the noun ("golden").
        substances: what a thing is "made of".
        coverings: what a thing is "covered in".
        motifs: what a thing comes "with" ("zebra stripes").
        takes_paints: whether the two paints of a `Grain` colour it, and may be said.
    """

    name: str
    texture: Texture
    adjectives: tuple[str, ...]
    substances: tuple[str, ...] = ()
    coverings: tuple[str, ...] = ()
    motifs: tuple[str, ...] = ()
    takes_paints: bool = False


@dataclass(frozen=True)
class Piece:
    """A drawn piece of a material: `paint` colours points, `colours` are the names of its paints, if they show."""

    material: Material
    paint: Paint
    colours: tuple[str, ...]


# texture | adjectives | made of | covered in | with
_WORDS: tuple[tuple[str, Texture, str], ...] = (
    ("gold", solid.metal("4a2c05", "b8860b", "f0c030", "fff0a0"),
     "golden, gold, gilded, gold plated, shiny gold | gold, solid gold, pure gold | gold, gold leaf |"),
    ("silver", solid.metal("2c3036", "8f979f", "d8dde2", "ffffff"),
     "silver, chrome, chromed, shiny metal, polished steel | silver, chrome, polished metal | silver, chrome |"),
    ("metal", solid.metal("303338", "5a5f66", "868c94", "b4bac2"),
     "metal, metallic, iron, steel | metal, steel, iron | metal plates, steel |"),
    ("bronze", solid.metal("2f1b0a", "7a4e1e", "b5803a", "e0b878"), "bronze, brass | bronze, brass | bronze |"),
    ("copper", solid.metal("3f1508", "a04a24", "da7a48", "ffc8a0"), "copper, shiny copper | copper | copper |"),
    ("wood", solid.wood, "wooden, wood, oak, timber | wood, oak, timber, oak wood | wood, planks | wood grain"),
    ("marble", solid.marble, "marble, white marble | marble, white marble, polished marble | marble | marble veins"),
    ("stone", solid.stone, "stone, rocky, granite | stone, rock, granite, cobblestone | stones, rocks |"),
    ("brick", solid.brick, "brick | bricks, red bricks, brick | bricks | brick walls"),
    ("moss", solid.moss, "mossy, moss covered, overgrown | moss | moss, green moss, moss and lichen |"),
    ("rust", solid.rust, "rusty, rusted, corroded | rusty metal, rusted iron, rust, rusty iron | rust | rust spots"),
    ("zebra", solid.zebra, "zebra striped, zebra, zebra print | zebra skin | zebra fur, zebra stripes | "
     "zebra stripes, a zebra pattern, black and white stripes"),
    ("tiger", solid.tiger, "tiger striped, tiger print | tiger skin | tiger fur, tiger stripes | "
     "tiger stripes, a tiger pattern, orange and black stripes"),
    ("leopard", solid.leopard, "leopard print, leopard spotted | leopard skin | leopard fur, leopard spots | "
     "leopard spots, a leopard pattern, leopard print"),
    ("giraffe", solid.giraffe, "giraffe print, giraffe patterned | giraffe skin | giraffe spots | "
     "giraffe spots, a giraffe pattern, giraffe print"),
    ("cow", solid.cow, "cow print, cow patterned | cow hide | cow spots | cow spots, a cow pattern, black patches"),
    ("lava", solid.lava, "lava, molten, volcanic | lava, molten lava, molten rock, magma | lava | glowing cracks"),
    ("candy", patterns.candy, "candy cane, candy striped, candy | candy, candy cane, sweets | candy, candy stripes | "
     "candy stripes, candy cane stripes, red and white stripes"),
    ("snow", patterns.snow, "snowy, snow covered, snow-capped | | snow, fresh snow, white snow | snow on top, snow"),
    ("ice", patterns.ice, "icy, frozen, ice | ice, frozen water, blue ice | ice, frost |"),
    ("chocolate", patterns.chocolate, "chocolate, dark chocolate | chocolate, dark chocolate, milk chocolate | "
     "chocolate, melted chocolate |"),
    ("rainbow", patterns.rainbow, "rainbow, rainbow coloured, rainbow colored, multicoloured, colourful | rainbows | "
     "rainbow colours | rainbow colours, rainbow stripes, all colours of the rainbow"),
    ("polka dots", patterns.polka_dots, "polka dot, polka dotted, dotted, spotty | | polka dots, dots | "
     "polka dots, dots, round dots"),
    ("checkered", patterns.checkered, "checkered, chequered, checkerboard, checked | | checks | "
     "checks, squares, checkerboard squares"),
    ("stripes", patterns.striped, "striped, stripy | | stripes | stripes"),
    ("tartan", patterns.tartan, "tartan, plaid | tartan, plaid cloth, tartan fabric | tartan, plaid | tartan stripes"),
    ("camouflage", patterns.camouflage, "camouflage, camo, camouflaged, army | camouflage cloth | "
     "camouflage, camo paint | camouflage, a camouflage pattern, camo print"),
    ("crystal", patterns.crystal, "crystal, glass, diamond, crystalline | crystal, glass, diamonds, crystals | "
     "crystals, diamonds |"),
    ("grass", patterns.grass, "grassy, grass | grass | grass, green grass, a lawn |"),
    ("cracked", patterns.cracked, "cracked, cracked earth, dried out | cracked earth, dried mud, dry clay | "
     "cracks, dried mud | cracks, dark cracks"),
    ("neon", patterns.neon, "neon, glowing neon, cyberpunk | neon lights, neon tubes | neon lights | "
     "neon lights, glowing neon lines"),
    ("galaxy", patterns.galaxy, "galaxy, starry, cosmic, night sky | stars, galaxies | stars | "
     "stars, a galaxy print, a starry sky"),
    ("leather", patterns.leather, "leather, brown leather | leather, brown leather | leather |"),
    ("denim", patterns.denim, "denim, jeans | denim, blue denim, jeans cloth | denim |"),
    ("flowers", patterns.flowers, "floral, flowery, blooming | flowers, blossoms | flowers, blossoms | "
     "flowers, a floral pattern"),
    ("fire", patterns.fire, "burning, flaming, fiery | fire, flames | flames, fire | flames"),
    ("cheese", patterns.cheese, "cheese, cheesy | cheese, swiss cheese | cheese | holes like cheese"),
    ("slime", patterns.slime, "slimy, slime covered | slime, green slime | slime, green slime, goo | dripping slime"),
    ("water", patterns.water, "water, watery | water, sea water | water, waves | waves"),
    ("clay", patterns.clay, "clay, terracotta, earthenware | clay, terracotta, pottery | clay |"),
)  # fmt: skip
_PAINTED = frozenset({"polka dots", "checkered", "stripes", "tartan"})


def _material(name: str, texture: Texture, words: str) -> Material:
    kinds = [tuple(word.strip() for word in part.split(",") if word.strip()) for part in words.split("|")]
    return Material(name, texture, *kinds, takes_paints=name in _PAINTED)


SOLID_MATERIALS: dict[str, Material] = {entry[0]: _material(*entry) for entry in _WORDS}


def draw_piece(material: Material, rng: np.random.Generator) -> Piece:
    """Draw a piece of a material: its place in the noise, its scale, and the paints of a pattern that takes some."""
    names = draw_paints(material, rng)
    return Piece(material, partial(_painted, material.texture, draw_grain(names, rng)), names)


def draw_paints(material: Material, rng: np.random.Generator) -> tuple[str, ...]:
    """Draw the names of the two basic colours of a pattern; none for a material that takes no paints."""
    names = tuple(BASIC_COLOURS[number] for number in rng.permutation(len(BASIC_COLOURS))[:2])
    if material.name == "checkered" and rng.random() < 0.4:
        names = ("black", "white")
    return names if material.takes_paints else ()


def draw_grain(paints: Sequence[str], rng: np.random.Generator) -> Grain:
    """Draw a shade of each paint (two names, or none), a place in the noise, and a scale."""
    shades = np.stack([sample_colour(name, rng) for name in paints]) if paints else np.zeros((2, 3))
    offset = torch.from_numpy(rng.uniform(0.0, LATTICE, 3).astype(np.float32))
    return Grain(offset, float(rng.uniform(0.8, 1.25)), torch.from_numpy(shades.astype(np.float32) / 255.0))


def _painted(texture: Texture, grain: Grain, points: Tensor, normals: Tensor, albedo: Tensor) -> Tensor:
    return texture(points, normals, albedo, grain).clamp(0.0, 1.0)


def draw_material(rng: np.random.Generator) -> Piece:
    """Draw a piece of any material."""
    return draw_piece(list(SOLID_MATERIALS.values())[rng.integers(len(SOLID_MATERIALS))], rng)


def paint_points(name: str, points: Tensor, normals: Tensor, albedo: Tensor, seed: int = 0) -> Tensor:
    """Return the colours [..., 3] in 0..1 of surface points made of a material.

    Args:
        name: a key of `SOLID_MATERIALS`.
        points: in the cube, float32 [..., 3].
        normals: outward unit normals [..., 3].
        albedo: what a covering such as snow leaves to be seen, [..., 3] in 0..1.
        seed: of the piece of material; the same seed gives the same colours.

    Raises:
        BadInputError: no such material is known.

    """
    if name not in SOLID_MATERIALS:
        raise BadInputError(f"The material {name!r} is not known: use one of {', '.join(SOLID_MATERIALS)}.")
    piece = draw_piece(SOLID_MATERIALS[name], np.random.default_rng(seed))
    flattened = (part.reshape(-1, 3).float() for part in (points, normals, albedo))
    return piece.paint(*flattened).view(points.shape)
