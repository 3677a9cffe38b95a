"""From a text, a shape or a picture, by a first guess and stage 2, to a shape."""

from iss_backend.generation.jobs import edited_shape, shape_from_image, shape_from_text, varied_shape

__all__ = ["edited_shape", "shape_from_image", "shape_from_text", "varied_shape"]
