"""One piece of work for the worker: what was asked, how far it is, what came out."""

from __future__ import annotations

import enum
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np  # importing it would cost a tenth of a second when Blender starts


class JobState(enum.Enum):
    """Where a job stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """How far a job is: `step` of `total` in `phase`, the loss and the seconds left where they are known."""

    phase: str = "waiting"
    step: int = 0
    total: int = 0
    loss: float | None = None
    eta_s: float | None = None

    @property
    def fraction(self) -> float:
        """The share that is done, 0..1; 0 where the total is unknown."""
        return min(self.step / self.total, 1.0) if self.total > 0 else 0.0


@dataclass(frozen=True, eq=False)
class MeshArrays:
    """A mesh as the worker sends it, in the cube's axes (Y up, front +Z).

    Attributes:
        vertices: [V, 3] float32.
        faces: [F, 3] int32, counter-clockwise seen from outside.
        colours: [V, 3] uint8 sRGB.
    """

    vertices: np.ndarray
    faces: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True, eq=False)
class JobResult:
    """What a job made.

    Attributes:
        mesh: None where there is none yet, or it was not sound.
        shape: its bytes, uint8 [n], to go on from; None for plain meshes.
        facts: what the worker says about it.
        picture: a thumbnail, uint8 [S, S, 4], top row first, alpha its outline; None where there is none.
    """

    mesh: MeshArrays | None
    shape: np.ndarray | None
    facts: dict[str, Any]
    picture: np.ndarray | None = None


@dataclass(eq=False)
class Job:
    """One job. Whoever submitted it reads it; only the queue writes to it.

    Attributes:
        kind: the worker's word for it, such as "generate" or "mesh".
        params: of the job, plain JSON values.
        arrays: numpy arrays that go with it.
        title: what a person reads about it.
        previews: how many previews have come; `preview` is the latest.
        result: what came out: also of a cancelled job, where there was something already.
        message: why it failed, one sentence.
    """

    kind: str
    params: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    title: str = ""
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: JobState = JobState.WAITING
    progress: Progress = field(default_factory=Progress)
    preview: MeshArrays | None = None
    previews: int = 0
    result: JobResult | None = None
    message: str = ""
    is_cancelling: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen to it."""
        return self.state in (JobState.DONE, JobState.CANCELLED, JobState.FAILED)

    @property
    def best_mesh(self) -> MeshArrays | None:
        """The best mesh so far: the result's, else the latest preview's."""
        if self.result is not None and self.result.mesh is not None:
            return self.result.mesh
        return self.preview
