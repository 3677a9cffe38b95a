"""Stylisation of a finished shape by another text: of its colours alone, or of shape and colours (section 3.4)."""

from iss_backend.stylisation.fields import StylisedModel, restore_style
from iss_backend.stylisation.shape_texture import stylise_shape_and_texture
from iss_backend.stylisation.style import StyleStep, StyliseSettings
from iss_backend.stylisation.texture import stylise_texture

__all__ = [
    "StyleStep",
    "StyliseSettings",
    "StylisedModel",
    "restore_style",
    "stylise_shape_and_texture",
    "stylise_texture",
]
