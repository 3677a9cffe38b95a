"""Single-view reconstruction (SVR) models: image -> shape code -> occupancy and colour.

Every model stands behind `base.SVRModel`; `SVR_MODELS` names them. A model is written down as its kind and its
configuration, a dictionary of plain JSON values: `build_svr(*config_of(model))` is a new model of the same form.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from iss_backend.errors import BundleError
from iss_backend.svr.base import FieldState, SVRModel
from iss_backend.svr.dvr import DvrConfig, DvrModel
from iss_backend.svr.get3d import Get3dConfig, Get3dModel
from iss_backend.svr.imnet import ImnetConfig, ImnetModel
from iss_backend.svr.ss3d import Ss3dConfig, Ss3dModel
from iss_backend.svr.triplane import TriplaneConfig, TriplaneModel

__all__ = [
    "SVR_MODELS",
    "DvrConfig",
    "DvrModel",
    "FieldState",
    "Get3dConfig",
    "Get3dModel",
    "ImnetConfig",
    "ImnetModel",
    "SVRModel",
    "Ss3dConfig",
    "Ss3dModel",
    "TriplaneConfig",
    "TriplaneModel",
    "build_svr",
    "config_of",
]


def _build_triplane(config: dict[str, Any]) -> TriplaneModel:
    return TriplaneModel(TriplaneConfig(**config))


def _build_dvr(config: dict[str, Any]) -> DvrModel:
    return DvrModel(DvrConfig(**config))


def _build_imnet(config: dict[str, Any]) -> ImnetModel:
    return ImnetModel(ImnetConfig(**config))


def _build_ss3d(config: dict[str, Any]) -> Ss3dModel:
    return Ss3dModel(Ss3dConfig(**config))


def _build_get3d(config: dict[str, Any]) -> Get3dModel:
    return Get3dModel(Get3dConfig(**config))


SVR_MODELS: dict[str, Callable[[dict[str, Any]], SVRModel]] = {
    "triplane": _build_triplane,
    "dvr": _build_dvr,
    "imnet": _build_imnet,
    "ss3d": _build_ss3d,
    "get3d": _build_get3d,
}
KINDS: dict[type, str] = {
    TriplaneModel: "triplane",
    DvrModel: "dvr",
    ImnetModel: "imnet",
    Ss3dModel: "ss3d",
    Get3dModel: "get3d",
}


def build_svr(kind: str, config: dict[str, Any]) -> SVRModel:
    """Return a model with random weights.

    Args:
        kind: a key of `SVR_MODELS`.
        config: fields of the model's configuration; those left out take their defaults, lists stand for tuples.

    Raises:
        BundleError: no such kind, no such field, or values that do not make a model.

    """
    if kind not in SVR_MODELS:
        raise BundleError(f"There is no SVR model '{kind}'; use one of: {', '.join(sorted(SVR_MODELS))}.")
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
    try:
        return SVR_MODELS[kind](fields)
    except (TypeError, ValueError, ArithmeticError, LookupError, RuntimeError) as error:
        raise BundleError(
            f"The configuration {config} does not fit the SVR model '{kind}' ({error}); take the one its weights "
            "were written with, or other sizes."
        ) from error


def config_of(model: SVRModel) -> tuple[str, dict[str, Any]]:
    """Return the kind and the configuration of a model, from which `build_svr` makes one of the same form.

    Raises:
        BundleError: the model is none of `SVR_MODELS`.

    """
    kind = KINDS.get(type(model))
    if kind is None:
        raise BundleError(f"A {type(model).__name__} is not in SVR_MODELS; register it there to store it in a bundle.")
    fields = dataclasses.asdict(model.config)
    return kind, {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
