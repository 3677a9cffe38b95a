"""What makes a generation one that begins at an object of the scene. No Blender data here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..places import Place


@dataclass(frozen=True)
class Change:
    """Where a generation's shapes came from and where they go.

    Attributes:
        title: what a person reads about it.
        source: session_uid of the object that was changed, 0 where there is none (a picture).
        placing: "BESIDE" the source, in its place with the source hidden ("HIDE"), or "REPLACE" its mesh.
        frames: of an animation: from one mesh of a run to the next; 0 places them as they are.
        about: what was asked for, kept on the results beside the settings of the source.
        home: where a result takes the place of a source that was not made here, whose own matrix says nothing about
            where its faces are; the source is then hidden with what is parented to it.
    """

    title: str
    source: int = 0
    placing: str = "BESIDE"
    frames: int = 0
    about: dict[str, Any] = field(default_factory=dict)
    home: Place = ()
