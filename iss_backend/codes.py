"""Shape codes between what is kept and what is worked with."""

from __future__ import annotations

from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.errors import BadInputError
from iss_backend.shape import Shape


def code_of(shape: Shape, bundle: Bundle) -> Tensor:
    """Return the code of a shape as a batch of one, [1, C], where the models of its bundle are.

    Raises:
        BadInputError: the shape does not belong to the bundle.
    """
    if shape.bundle != bundle.name:
        raise BadInputError(f"The shape was made with the bundle '{shape.bundle}', not with '{bundle.name}'.")
    if shape.code.shape != (bundle.svr.code_size,):
        raise BadInputError(
            f"The shape has {shape.code.numel()} code numbers, '{bundle.name}' reads {bundle.svr.code_size}; it was "
            "made with another version of the bundle."
        )
    if shape.decoder != bundle.decoder:
        raise BadInputError(
            f"The shape was made with another version of the bundle '{bundle.name}', which decodes it to another form; "
            "generate it again, or turn its mesh into a shape of this version ('from-mesh', Make Editable Shape)."
        )
    return shape.code[None].to(bundle.device)


def kept_code(code: Tensor) -> Tensor:
    """Return a code as shapes keep it: float32, on the CPU, without a graph."""
    return code.detach().float().cpu()
