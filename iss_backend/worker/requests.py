"""What the add-on asks for: parameters and settings out of JSON, checked before any work begins."""

from __future__ import annotations

import math
from dataclasses import dataclass, is_dataclass, replace
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from iss_backend.errors import BadInputError
from iss_backend.worker.protocol import Frame

Settings = TypeVar("Settings")
# Where the panel's names stand in the nested settings of a generation.
PLACES = {
    "steps": ("stage2", "steps"),
    "views": ("stage2", "views"),
    "learning_rate": ("stage2", "learning_rate"),
    "start": ("guess", "kind"),
    "tau_1": ("guess", "tau_1"),
}
ALWAYS = {"type", "id"}


@dataclass(frozen=True)
class Request:
    """One job: its message, and the `id` that all answers carry."""

    frame: Frame
    id: int

    @property
    def type(self) -> str:
        """The kind of job."""
        return self.frame.type

    def allow(self, *names: str) -> None:
        """Refuse parameters of other names.

        Raises:
            BadInputError: there is one.
        """
        unknown = sorted(self.frame.header.keys() - ALWAYS - set(names))
        if unknown:
            raise BadInputError(f"'{self.type}' takes no '{unknown[0]}'; it takes {', '.join(names)}.")

    def value(self, name: str, kind: Any, default: Any = None) -> Any:
        """Return a parameter of a type, or the default, which None declares to be missing.

        Raises:
            BadInputError: it is missing or of another type.
        """
        value = self.frame.header.get(name, default)
        if value is None or not _fits(value, kind):
            raise BadInputError(f"'{self.type}' needs '{name}' as {_called(kind)}, not {value!r}.")
        return value

    def array(self, name: str, dimensions: int, dtype: type[np.generic] = np.uint8) -> np.ndarray:
        """Return an array of a type, of bytes unless it is said, with so many dimensions.

        Raises:
            BadInputError: it is missing, or of another type.
        """
        array = self.frame.arrays.get(name)
        if array is None or array.dtype != dtype or array.ndim != dimensions:
            kind = {np.uint8: "bytes", np.float32: "float32", np.int32: "int32"}[dtype]
            raise BadInputError(f"'{self.type}' needs the array '{name}' with {dimensions} dimensions of {kind}.")
        return array

    def settings(self, defaults: Settings) -> Settings:
        """Return the defaults (a dataclass) with the job's "settings" in their places.

        Raises:
            BadInputError: a name that is not known, a value of another type or out of its range.
        """
        return changed_settings(defaults, self.value("settings", dict, {}))


def changed_settings(defaults: Settings, values: dict[str, Any]) -> Settings:
    """Return a dataclass with the fields that `values` names changed; fields that are dataclasses take dictionaries.

    Raises:
        BadInputError: a name that is not known, a value of another type or out of its range.
    """
    known, changes = get_type_hints(type(defaults)), {}
    for name, value in _placed(values, known).items():
        if name not in known:
            names = [*known, *(short for short, (group, _) in PLACES.items() if group in known)]
            raise BadInputError(f"There is no setting '{name}'; known here: {', '.join(sorted({*names}))}.")
        current = getattr(defaults, name)
        if is_dataclass(current) and isinstance(value, dict):
            changes[name] = changed_settings(current, value)
        elif _fits(value, known[name]):
            changes[name] = tuple(value) if isinstance(value, list) else value
        else:
            raise BadInputError(f"The setting '{name}' is {value!r}; it must be {_called(known[name])}.")
    return replace(defaults, **changes)


def _placed(values: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Move the panel's names to where they stand in settings that have those places."""
    placed = {name: dict(value) if isinstance(value, dict) else value for name, value in values.items()}
    for name, (group, inner) in PLACES.items():
        if name in placed and name not in known and group in known:
            part = placed.setdefault(group, {})
            if not isinstance(part, dict):
                raise BadInputError(f"The setting '{group}' is {part!r}; it must be a dictionary.")
            part[inner] = placed.pop(name)
    return placed


def _fits(value: Any, kind: Any) -> bool:
    """Tell whether a value out of JSON suits a type annotation; tuples arrive as lists."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        kinds = (arguments[0],) * len(value) if arguments[-1] is Ellipsis else arguments
        return isinstance(value, list) and len(value) == len(kinds) and all(map(_fits, value, kinds))
    if kind is float:
        return _fits(value, int) or (type(value) is float and math.isfinite(value))
    if kind is int:
        return type(value) is int and abs(value) < 2**63
    return type(value) is kind


def _called(kind: Any) -> str:
    """Return a type annotation in words."""
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "nothing"}
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(map(_called, get_args(kind)))
    if get_origin(kind) is Literal:
        return " or ".join(f"'{word}'" for word in get_args(kind))
    return words.get(kind, "a list of numbers" if get_origin(kind) is tuple else "a dictionary")
