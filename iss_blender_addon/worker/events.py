"""What the client tells the add-on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

FINAL = frozenset({"done", "cancelled", "error", "lost"})


@dataclass(frozen=True, eq=False)
class Event:
    """One piece of news.

    Attributes:
        type: "hello", "progress", "mesh", "done", "cancelled", "error", or "lost": the process is gone.
        id: of the job that it is about; None for "hello", and for "lost" where no job was running.
        header: all facts, as the worker sent them; "lost" has "message" (one sentence), "reason" ("crashed", "silent",
            "nonsense", "start", "protocol" or "stopped"), "exit_code", "log" and "last_lines"; "cancelled" has
            "forced": whether the process had to be killed.
        arrays: by name: "vertices" float32 [V, 3], "faces" int32 [F, 3], "colours" uint8 [V, 3] in the cube's axes
            (Y up, front +Z), "shape" uint8 [n], "picture" uint8 [S, S, 4].
    """

    type: str
    id: int | None
    header: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        """Tell whether the job ends with this event."""
        return self.type in FINAL
