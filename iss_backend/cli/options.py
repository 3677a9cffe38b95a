"""Options that several commands share, and numbers checked while they are parsed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from iss_backend.alignment.stage2 import Stage2Settings

Plan = TypeVar("Plan")


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a parser type for whole numbers in low..high."""

    def parse(text: str) -> int:
        """Return the number, or say what is wrong with it."""
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is outside {low}..{high}")
        return value

    return parse


def json_object(text: str) -> dict[str, Any]:
    """Parse a JSON object."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"'{text}' is no JSON object")
    return value


def share(text: str) -> float:
    """Parse a number in 0..1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{value} is outside 0..1")
    return value


def gigabytes(text: str) -> float:
    """Parse a positive number."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is no amount of memory")
    return value


def plan_of(kind: type[Plan], arguments: argparse.Namespace, **others: Any) -> Plan:
    """Return a dataclass whose fields are the options of the same names, `others`, or their defaults."""
    named = {field.name: getattr(arguments, field.name) for field in fields(kind) if field.name in arguments}
    return kind(**{**named, **others})


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add --bundle and --device."""
    parser.add_argument("--bundle", type=Path, help="folder of a model bundle (default: the shipped one)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")


def add_seed_option(parser: argparse.ArgumentParser, default: int = 0, highest: int = 2**31 - 1) -> None:
    """Add --seed."""
    told = "of every random choice: the same one gives the same result, on a GPU nearly the same"
    parser.add_argument("--seed", type=whole_number(0, highest), default=default, help=told)


def add_memory_option(parser: argparse.ArgumentParser) -> None:
    """Add --memory-limit."""
    parser.add_argument(
        "--memory-limit",
        type=gigabytes,
        metavar="GB",
        help="most memory to use, of the GPU or (on Linux) of the machine; with less of it the work takes longer",
    )


def add_stage2_options(parser: argparse.ArgumentParser) -> None:
    """Add --steps and --views of stage 2."""
    parser.add_argument("--steps", type=whole_number(0, 1000), default=20, help="of stage 2; 0: first guess only")
    parser.add_argument("--views", type=whole_number(1, 64), default=8, help="pictures per step")


def stage2_settings(arguments: argparse.Namespace) -> Stage2Settings:
    """Return the settings of stage 2 that those options ask for."""
    from iss_backend.pipeline import OUR_STAGE2

    return replace(OUR_STAGE2, steps=arguments.steps, views=arguments.views)
