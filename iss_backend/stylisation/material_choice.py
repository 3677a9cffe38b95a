"""Which solid texture a style's text asks for: the one whose captions its text feature agrees with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.data.colour_names import BASIC_COLOURS
from iss_backend.data.material_captions import material_phrases
from iss_backend.data.materials import SOLID_MATERIALS, Material
from iss_backend.stylisation.style_text import styled_text

NOUN = "chair"  # on which styles are compared; any thing that comes in all materials
# Least mean cosine of a style and a caption of its material, with and without a noun. With the shipped bundle "starry
# night" (galaxy) has 0.95 and "old and rusted" 0.93, but "spiky" only 0.90 (polka dots), "dark blue" 0.84 (denim).
LEAST_AGREEMENT = 0.91


def choose_material(clip: Clip, style: str, at_any_price: bool = False) -> Material | None:
    """Return the material whose captions agree best with a style such as "made of wood".

    Colours are left out of a second look, at the patterns that take any paints: "blue and yellow stripes".

    Args:
        clip: whose texts are compared.
        style: what was asked for.
        at_any_price: return the best one even where it agrees badly; otherwise None then.
    """
    scores = _agreements(clip, style, tuple(SOLID_MATERIALS))
    plain = " ".join(word for word in style.split() if word.lower().strip(",") not in (*BASIC_COLOURS, "gray", "and"))
    if plain:
        patterns = tuple(name for name, one in SOLID_MATERIALS.items() if one.takes_paints)
        scores |= {name: max(value, scores[name]) for name, value in _agreements(clip, plain, patterns).items()}
    best = max(scores, key=scores.__getitem__)
    return SOLID_MATERIALS[best] if at_any_price or scores[best] >= LEAST_AGREEMENT else None


def colours_named(style: str) -> list[str]:
    """Return the basic colours that a text names, in its order."""
    words = [word.lower().strip(",").replace("gray", "grey") for word in style.split()]
    return list(dict.fromkeys(word for word in words if word in BASIC_COLOURS))


def _agreements(clip: Clip, style: str, names: Sequence[str]) -> dict[str, float]:
    """Return for each material the mean of the best cosines of a style with its captions: bare, and on a noun."""
    alone, on_noun = clip.encode_text([style, styled_text(f"a {NOUN}", style)])
    phrases = {name: _phrases(clip, name) for name in names}
    return {
        name: float(((bare @ alone).max() + (said @ on_noun).max()) / 2.0) for name, (bare, said) in phrases.items()
    }


@lru_cache(maxsize=len(SOLID_MATERIALS))
def _phrases(clip: Clip, name: str) -> Tensor:
    """Return the features [2, N, D] of a material's captions: the style alone, and on a noun."""
    phrases = list(material_phrases(SOLID_MATERIALS[name], NOUN))
    features = clip.encode_text(phrases)
    return torch.stack([features[1::2], features[::2]])
