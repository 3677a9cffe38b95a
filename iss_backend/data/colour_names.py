"""What people call a colour: eleven basic names, finer shades of them, and the words captions use.

A colour has the name of the nearest prototype in CIELAB (D65, 2 degrees). Prototypes are typical examples; the
boundaries between orange, brown and red need several of them.
"""

from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray

from iss_backend.errors import BadInputError

BASIC_COLOURS = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey",
)  # fmt: skip

# shade: (basic name, words for it, prototypes). The first shade of each basic colour carries its plain name.
_SHADES: dict[str, tuple[str, str, str]] = {
    "red": (
        "red",
        "red, crimson, scarlet, ruby, cherry red, vermilion",
        "ff0000 dc143c e32636 c81414 d32f2f f44336 b22222 ed2939 e53935 ff2400 f03a20 cd5c5c c0392b e74c3c a51c1c",
    ),
    "dark red": (
        "red",
        "dark red, maroon, burgundy, wine red",
        "800000 8b0000 7b1113 900020 6d0a12 722f37 5a0a0a",
    ),
    "orange": (
        "orange",
        "orange, tangerine, amber",
        "ffa500 ff8c00 ff7f00 f57c00 e67e22 ff6a1a f28500 fd7e14 ffa036 ff7538 ed872d ff9f5a ff7f50 "
        "e8601c d9711a fe4b03 ff5a1e ffad01",
    ),
    "yellow": (
        "yellow",
        "yellow, lemon yellow",
        "ffff00 ffeb3b fff44f fde910 f4e04d f9d71c e6d820 ffe135 ffe066 f0e68c dccb3c f5f03c",
    ),
    "gold": (
        "yellow",
        "gold, golden",
        "ffd700 fbc02d f1c40f ffc107 e5b80b d4af37 daa520 ffcc33 ffc72c",
    ),
    "light yellow": (
        "yellow",
        "light yellow, pale yellow",
        "ffffaa fffacd fff59d fdfd96 ffee99",
    ),
    "green": (
        "green",
        "green, emerald, grass green",
        "008000 00a000 228b22 2e8b57 3cb371 4caf50 00ff00 27ae60 2ecc71 43a047 5aa02c 6b8e23 55aa55 "
        "00b050 1e7f4f 66bb6a 79a060 4f9d69",
    ),
    "dark green": (
        "green",
        "dark green, forest green",
        "006400 013220 0b4a20 1b5e20 355e3b 2f4f2f 004d25 24482a",
    ),
    "light green": (
        "green",
        "light green, pale green, mint green",
        "90ee90 98fb98 a5d6a7 98ff98 b5e8b0 8fbc8f aaf0c0 7fffd4 66cdaa c5e8c0 b2d8a0",
    ),
    "lime": (
        "green",
        "lime, lime green",
        "32cd32 7fff00 adff2f 9acd32 a4c639 bfff00 8bc34a b8d430",
    ),
    "olive": (
        "green",
        "olive, olive green",
        "808000 556b2f 6b6b1e 8a9a3b 6e7f3a 4b5320 7d8446",
    ),
    "blue": (
        "blue",
        "blue, cobalt blue, royal blue",
        "0000ff 4169e1 1e90ff 2563eb 0047ab 2196f3 1f75fe 4682b4 3366cc 3498db 0000cc 0339f8 1010b0 "
        "2a52be 2980b9 0058a3 4a6fa5 007fff 5b7fb5 4040c8 6495ed 533cc6 5a7d9a 6b8ba4",
    ),
    "dark blue": (
        "blue",
        "dark blue, navy, navy blue, midnight blue",
        "000080 00008b 191970 0a1f5c 1b2a49 203a72 002147 14284b 24406b 29465b 214761",
    ),
    "light blue": (
        "blue",
        "light blue, sky blue, azure, baby blue",
        "87ceeb add8e6 87cefa 89cff0 b0e0e6 90caf9 a7c7e7 00bfff 6cb4ee b3d9ff 9fc5d8 d0e8f5",
    ),
    "turquoise": (
        "blue",
        "turquoise, cyan, aqua",
        "40e0d0 00ced1 48d1cc 00ffff 30d5c8 26c6da 5bd8d8 00b7c3 80deea afeeee",
    ),
    "teal": (
        "blue",
        "teal, dark turquoise",
        "008080 008b8b 20b2aa 00897b 1a6b72 367588 2a9d8f 0e5560",
    ),
    "purple": (
        "purple",
        "purple, violet",
        "800080 8000ff 8a2be2 9400d3 9932cc 7b2d8e 9c27b0 6a0dad 8e44ad 663399 9b59b6 a020f0 7e57c2 "
        "8b5fbf b04cc8 825f87 895b7b 826d8c 734a65 632de9",
    ),
    "dark purple": (
        "purple",
        "dark purple, indigo, plum",
        "4b0082 3c1053 301934 4a235a 5c1a5c 483d8b",
    ),
    "light purple": (
        "purple",
        "light purple, lavender, lilac",
        "c8a2c8 b57edc ba88e0 d8b4e8 9370db b39ddb dda0dd cfb0e8 da70d6",
    ),
    "pink": (
        "pink",
        "pink, rose",
        "ffc0cb ffb6c1 ff80ab f48fb1 fc8eac ff91af de5d83 f7a1b5 fadadd e8a0b0 ffa6c9 d87093 fa8072 "
        "f5b7b1 e6879b c3909b c88d94 df4ec8",
    ),
    "hot pink": (
        "pink",
        "hot pink, magenta, fuchsia",
        "ff69b4 ff1493 e91e63 ff00ff c71585 ff00aa e0218a d81b80",
    ),
    "brown": (
        "brown",
        "brown, chestnut brown",
        "8b4513 a0522d 964b00 795548 7b4a21 a5692d 6f4e37 8d5524 9c5a2e 8b5a2b 996633 a9714b 87553c "
        "b5651d 7d5a44 7f2b0a a6582a a45a3c",
    ),
    "dark brown": (
        "brown",
        "dark brown, chocolate brown",
        "3e2723 4e342e 5c4033 4b2e1a 3d2314 5d3a1a 654321 2e1a10 410200 645403",
    ),
    "light brown": (
        "brown",
        "light brown, tan, sandy brown",
        "d2b48c c19a6b cd853f b8860b bc8f5f c4a484 b08d57 d2a679 b59a74 e0b080 c68642 deb887 a58a6a d8a468 bc8f8f",
    ),
    "beige": (
        "brown",
        "beige, sand, cream",
        "e8d5b0 f5deb3 e3c9a0 ead7bb ffe0bd ffdbac f1c8a0 dcc8a8 ffdab9 f0d9b5",
    ),
    "black": (
        "black",
        "black, jet black, ebony",
        "000000 0a0a0a 141414 1c1c1c 212121 1a1410 101820 181018 222428",
    ),
    "white": (
        "white",
        "white, snow white, ivory",
        "ffffff f8f8f8 f0f0f0 fffafa f5f5f5 f0f8ff fffff0 faebd7 f5f5dc faf0e6 e8e8e8 eceff1 fff5ee f0f5f0",
    ),
    "grey": (
        "grey",
        "grey",
        "808080 9e9e9e a9a9a9 8a8d8f 778899 708090 757575 90969c 8c8880 7f8c8d 95a5a6 9a948c 6c757d 7a7468",
    ),
    "dark grey": (
        "grey",
        "dark grey, charcoal",
        "404040 4d4d4d 555555 616161 36454f 3c3c3c 37474f 5a5550 455a64",
    ),
    "light grey": (
        "grey",
        "light grey, silver",
        "c0c0c0 d3d3d3 bdbdbd b0bec5 cccccc c8c4bc d8d8d8 c0c8d0 b8b4b0",
    ),
}
SHADES = tuple(_SHADES)
BASIC_OF = {shade: basic for shade, (basic, _, _) in _SHADES.items()}


def colour_words(name: str) -> tuple[str, ...]:
    """Return the words for a basic colour or a shade, the plain one first.

    Raises BadInputError for another name.
    """
    _require_known(name)
    return tuple(_SHADES[name][1].split(", "))


def name_of(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return, for sRGB colours [N,3], the numbers [N] of their names in BASIC_COLOURS."""
    return _basic_of_shades()[shade_of(rgb)]


def shade_of(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return, for sRGB colours [N,3], the numbers [N] of their names in SHADES."""
    prototypes, shades = _prototypes()
    distances = np.linalg.norm(to_lab(rgb)[:, None] - prototypes, axis=-1)
    return shades[distances.argmin(axis=1)]


def palette_colours(
    palette: NDArray[np.uint8], weights: NDArray[np.floating], shades: bool = False
) -> list[tuple[str, float]]:
    """Return the basic colours of a palette [K,3] with their shares of the weights [K], largest first.

    With ``shades`` each is called by the shade that has most of its weight ("dark blue" for "blue"). Shares add up to
    1; colours without weight are left out. Raises BadInputError where no weight is positive.
    """
    total = float(np.sum(weights))
    if not total > 0:
        raise BadInputError(f"A palette of {len(palette)} colours has the total weight {total}: give a positive one.")
    groups: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, weight in zip(shade_of(palette), weights, strict=True):
        groups[BASIC_OF[SHADES[number]]][SHADES[number]] += float(weight) / total
    named = [
        (max(parts, key=parts.__getitem__) if shades else basic, sum(parts.values())) for basic, parts in groups.items()
    ]
    return sorted((item for item in named if item[1] > 0), key=lambda item: -item[1])


def sample_colour(name: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw an sRGB colour [3] whose basic name (or shade, where ``name`` is only that) is ``name``."""
    _require_known(name)
    is_basic = name in BASIC_COLOURS
    prototypes = np.array([_bytes(code) for code in _SHADES[name][2].split()])
    while True:
        # Chosen among the plain shade's prototypes, so that "blue" paints neither navy nor turquoise.
        near = prototypes[rng.integers(len(prototypes), size=32)] + rng.normal(0, 8, (32, 3))
        drawn = np.clip(near, 0, 255).round().astype(np.uint8)
        numbers = name_of(drawn) if is_basic else shade_of(drawn)
        fitting = drawn[numbers == (BASIC_COLOURS if is_basic else SHADES).index(name)]
        if len(fitting):
            return fitting[0]


def to_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return CIELAB coordinates [N,3] (L 0..100) of sRGB colours [N,3]."""
    share = np.asarray(rgb, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    xyz = linear @ to_xyz.T / to_xyz.sum(axis=1)
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _require_known(name: str) -> None:
    if name not in _SHADES:
        raise BadInputError(f"The colour {name!r} is not known: use one of {', '.join(SHADES)}.")


def _bytes(code: str) -> list[int]:
    return list(bytes.fromhex(code))


@cache
def _basic_of_shades() -> NDArray[np.int64]:
    return np.array([BASIC_COLOURS.index(basic) for basic, _, _ in _SHADES.values()])


@cache
def _prototypes() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    codes = [(code, number) for number, shade in enumerate(_SHADES) for code in _SHADES[shade][2].split()]
    return to_lab(np.array([_bytes(code) for code, _ in codes])), np.array([number for _, number in codes])
