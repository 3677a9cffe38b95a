"""CLIP towers: loading, differentiable preprocessing, unit features."""

from iss_backend.clip.loading import load_clip
from iss_backend.clip.model import Clip, Preprocessing, TextTruncatedWarning

__all__ = ["Clip", "Preprocessing", "TextTruncatedWarning", "load_clip"]
