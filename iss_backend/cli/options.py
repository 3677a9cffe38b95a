"""Options that several commands share, and numbers checked while they are parsed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


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


def share(text: str) -> float:
    """Parse a number in 0..1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{value} is outside 0..1")
    return value


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add --bundle and --device."""
    parser.add_argument("--bundle", type=Path, help="folder of a model bundle (default: the shipped one)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
