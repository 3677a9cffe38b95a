"""What may be chosen about generating, varying, editing, and starting from a picture or a mesh."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.errors import BadInputError
from iss_backend.outline.fit import OutlineSettings
from iss_backend.rendering import RenderSettings
from iss_backend.svr.losses import SVRLossWeights

ImageWay = Literal["svr", "clip"]
Framing = Literal["object", "picture"]

# Stage 2 for mappers that `train stage1` made. Their layers keep the size of the signal, where the official ones start
# near zero: the official rate of 1e-4 throws their codes out of the shape space in a few steps.
OUR_STAGE2 = Stage2Settings(views=8, learning_rate=4e-6, render=RenderSettings(refine=4, soft_outline=True))


@dataclass(frozen=True)
class GenerateSettings:
    """Settings of one generation.

    Attributes:
        seed: of every random draw; the same seed gives the same shape on one machine, bit for bit on its processor,
            nearly on a GPU, where gradients add up in any order.
        guess: how the first code is found.
        stage2: how it is improved.
        tau_2: share of the text feature in its mix with noise as the target of L_C (paper, diversity).
        keep_best: return the first guess where it agrees better with the text than the code after the last step.
    """

    seed: int = 0
    guess: GuessSettings = field(default_factory=GuessSettings)
    stage2: Stage2Settings = OUR_STAGE2
    tau_2: float = 1.0
    keep_best: bool = True

    def __post_init__(self) -> None:
        _require_share("tau_2", self.tau_2)


@dataclass(frozen=True)
class VarySettings(GenerateSettings):
    """Settings of another shape of the same text: those of a generation, with some noise in both features.

    Fewer candidates than for a first shape: the best of many resemble each other.

    Attributes:
        closeness: share of the given shape that stays, 0 (a fresh one) to 1 (the same).
    """

    seed: int = 1
    guess: GuessSettings = field(default_factory=lambda: GuessSettings(tau_1=0.7, candidates=4))
    tau_2: float = 0.9
    closeness: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_share("closeness", self.closeness)


@dataclass(frozen=True)
class EditSettings(GenerateSettings):
    """Settings of a change of a shape towards another text.

    Attributes:
        keep: share of the given shape that stays in the first guess, 0 (the new text alone) to 1 (the old shape).
        code_weight: of the mean squared distance to the first guess's code, in stage 2.
        prior_weight: of L_P (5) to the given shape, in stage 2; 0 leaves it out.
        prior_points: query points of L_P per step, in the whole cube.
    """

    keep: float = 0.5
    code_weight: float = 1.0
    prior_weight: float = 0.0
    prior_points: int = 4096

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_share("keep", self.keep)
        if min(self.code_weight, self.prior_weight) < 0 or self.prior_points < 1:
            raise BadInputError(
                f"No edit with weights {self.code_weight} and {self.prior_weight} and {self.prior_points} points; "
                "choose weights of 0 or more, and 1 point or more."
            )


@dataclass(frozen=True)
class FromImageSettings(GenerateSettings):
    """Settings of a shape from a picture.

    Attributes:
        way: "svr" reads the code off the picture with E_S, fits it to the outline, and sharpens it
            (`guess.sharpening`); "clip" goes through E_I and M or the prior, which keeps what the picture shows but
            not its outline.
        framing: "object" finds the object and brings it to the sizes that E_S knows; "picture" takes the whole picture
            as it is, for those that are framed as the training captures are: the cube from `CAPTURE_DISTANCE`.
        outline: how the code is fitted to the picture's outline.
    """

    way: ImageWay = "svr"
    framing: Framing = "object"
    outline: OutlineSettings = field(default_factory=OutlineSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.way not in ("svr", "clip"):
            raise BadInputError(f"There is no way '{self.way}' from a picture to a shape; choose svr or clip.")
        if self.framing not in ("object", "picture"):
            raise BadInputError(f"There is no framing '{self.framing}' of a picture; choose object or picture.")


@dataclass(frozen=True)
class FromMeshSettings:
    """How a code is fitted to a mesh.

    Attributes:
        seed: of the points.
        steps: of Adam on the code; 0 takes what E_S reads off the pictures.
        learning_rate: of Adam.
        points, colours: points of the occupancy, and coloured surface points, in each step.
        views: pictures that E_S is shown; the best of its codes, or their mean, is the start.
        code_weight: of the mean squared code, which keeps it where the bundle's codes lie.
        weights: of the terms of L_D.
    """

    seed: int = 0
    steps: int = 120
    learning_rate: float = 5e-2
    points: int = 3072
    colours: int = 1024
    views: int = 6
    code_weight: float = 1e-3
    weights: SVRLossWeights = field(default_factory=SVRLossWeights)

    def __post_init__(self) -> None:
        if self.steps < 0 or min(self.points, self.colours, self.views) < 1 or not self.learning_rate > 0:
            raise BadInputError(
                f"No fit with {self.steps} steps of {self.points} and {self.colours} points, {self.views} views and a "
                f"rate of {self.learning_rate}; choose positive numbers."
            )


def _require_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise BadInputError(f"'{name}' is {value}; choose a share in 0..1.")
