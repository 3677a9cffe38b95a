"""Which solid texture or deformation a style's text asks for: the one whose captions its feature agrees with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.data.colour_names import BASIC_COLOURS
from iss_backend.data.material_captions import material_phrases
from iss_backend.data.materials import SOLID_MATERIALS, Material
from iss_backend.data.procedural.deform import DEFORMATIONS
from iss_backend.stylisation.style_text import styled_text

NOUN = "chair"  # on which styles are compared; any thing that comes in all materials
# Least mean cosine of a style and a caption of its material or deformation, with and without a noun. With a bundle of
# November 2026 "dripping" has 0.90 (snow; twisted), "prickly" 0.88 (snow), "dark blue" 0.82 (denim).
LEAST_AGREEMENT = 0.91


def choose_material(clip: Clip, style: str, at_any_price: bool = False) -> Material | None:
    """Return the material whose captions agree best with a style such as "made of wood".

    Colours are left out of a second look, at the patterns that take any paints: "blue and yellow stripes".

    Args:
        clip: whose texts are compared.
        style: what was asked for.
        at_any_price: return the best one even where it agrees badly; otherwise None then.
    """
    scores = _agreements(clip, style, _material_captions(tuple(SOLID_MATERIALS)))
    plain = " ".join(word for word in style.split() if word.lower().strip(",") not in (*BASIC_COLOURS, "gray", "and"))
    if plain:
        patterns = tuple(name for name, one in SOLID_MATERIALS.items() if one.takes_paints)
        scores |= {
            name: max(value, scores[name])
            for name, value in _agreements(clip, plain, _material_captions(patterns)).items()
        }
    best = max(scores, key=scores.__getitem__)
    return SOLID_MATERIALS[best] if at_any_price or scores[best] >= LEAST_AGREEMENT else None


def colours_named(style: str) -> list[str]:
    """Return the basic colours that a text names, in its order."""
    words = [word.lower().strip(",").replace("gray", "grey") for word in style.split()]
    return list(dict.fromkeys(word for word in words if word in BASIC_COLOURS))


def choose_bend(clip: Clip, style: str, at_any_price: bool = False) -> str | None:
    """Return the name of the deformation whose captions agree best with a style such as "spiky"; see `BENDS`.

    Where a material agrees better, or the best deformation badly, that is None unless it is wanted at any price.
    """
    scores = _agreements(clip, style, {name: _bend_captions(name) for name in DEFORMATIONS})
    best = max(scores, key=scores.__getitem__)
    if at_any_price:
        return best
    materials = _agreements(clip, style, _material_captions(tuple(SOLID_MATERIALS)))
    return best if scores[best] >= max(LEAST_AGREEMENT, *materials.values()) else None


def _material_captions(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return all captions of materials: on a noun, and the style alone, in turns."""
    return {name: tuple(material_phrases(SOLID_MATERIALS[name], NOUN)) for name in names}


def _bend_captions(name: str) -> tuple[str, ...]:
    """Return all captions of a deformation in the same order."""
    change = DEFORMATIONS[name]
    pairs = [(styled_text(f"a {NOUN}", word), word) for word in change.words]
    pairs += [(f"a {NOUN} {ending}", ending) for ending in change.endings]
    return tuple(caption for pair in pairs for caption in pair)


def _agreements(clip: Clip, style: str, captions: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Return for each name the mean of the best cosines of a style with its captions: bare, and on a noun."""
    alone, on_noun = clip.encode_text([style, styled_text(f"a {NOUN}", style)]).cpu()
    features = {name: _features(clip, texts) for name, texts in captions.items()}
    return {
        name: float(((bare @ alone).max() + (said @ on_noun).max()) / 2.0) for name, (bare, said) in features.items()
    }


@lru_cache(maxsize=len(SOLID_MATERIALS) + len(DEFORMATIONS))
def _features(clip: Clip, texts: tuple[str, ...]) -> Tensor:
    """Return the features [2, N, D] of captions: the style alone, and on a noun.

    They are on the processor, wherever the CLIP is: it may move to another device and they stay.
    """
    features = clip.encode_text(list(texts)).cpu()
    return torch.stack([features[1::2], features[::2]])
