"""The parser of all commands: their help tells every default once."""

from __future__ import annotations

import argparse
from typing import Any


class DefaultsFormatter(argparse.HelpFormatter):
    """Adds an option's default to its help, where there is one that the text does not tell itself."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        default, text = action.default, action.help
        is_untold = default is None or isinstance(default, bool) or default in ("", [], {}, argparse.SUPPRESS)
        if not text or is_untold or "default" in text:
            return text
        shown = " ".join(map(str, default)) if isinstance(default, (list, tuple)) else str(default)
        return f"{text} (default: {shown.replace('%', '%%')})"


class CommandParser(argparse.ArgumentParser):
    """A parser whose subparsers, made of the same class, all show defaults."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": DefaultsFormatter, **given})
