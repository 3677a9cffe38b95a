"""`TextToShape`: text -> shape -> mesh, with the two stages of ISS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.alignment.diversity import perturb_feature
from iss_backend.alignment.guess import GuessSettings, first_guess, text_agreement
from iss_backend.alignment.stage2 import Stage2Settings, run_stage2
from iss_backend.bundle import DEFAULT_BUNDLE, Bundle, load_bundle
from iss_backend.devices import choose_device, memory_errors_explained
from iss_backend.errors import BadInputError
from iss_backend.meshing import ColouredMesh, MeshSettings, extract_mesh, remove_specks, taubin_smooth
from iss_backend.progress import ProgressCallback, ProgressMeter, ignore_progress
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.shape import Shape
from iss_backend.texts import clean_text

SCORE_VIEWS = 6  # pictures from all sides by which a shape's agreement with its text is reported

# Stage 2 for mappers that `train stage1` made. Their layers keep the size of the signal, where the official ones start
# near zero: the official rate of 1e-4 throws their codes out of the shape space in a few steps.
OUR_STAGE2 = Stage2Settings(views=8, learning_rate=4e-6, render=RenderSettings(soft_outline=True))


@dataclass(frozen=True)
class GenerateSettings:
    """Settings of one generation.

    Attributes:
        seed: of every random draw; the same seed gives the same shape on one machine.
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


PreviewCallback = Callable[[Tensor], None]


class TextToShape:
    """The façade over one loaded bundle.

    Example:
        >>> studio = TextToShape.open()
        >>> shape = studio.generate("a red armchair")
        >>> mesh = studio.mesh(shape)
    """

    def __init__(self, bundle: Bundle, device: torch.device) -> None:
        self.bundle = bundle
        self.device = device

    @staticmethod
    def open(folder: Path | None = None, device: str = "auto") -> TextToShape:
        """Load a bundle, the shipped one unless a folder is given, on a device.

        Raises:
            BundleError: the bundle is missing or damaged.
            DeviceError: there is no such device.
        """
        chosen = choose_device(device)
        return TextToShape(load_bundle(folder or DEFAULT_BUNDLE, chosen), chosen)

    def generate(
        self,
        text: str,
        settings: GenerateSettings | None = None,
        report: ProgressCallback = ignore_progress,
        preview: PreviewCallback | None = None,
    ) -> Shape:
        """Turn a text into a shape.

        Args:
            text: what to make, in English.
            settings: how; the defaults are what measured best.
            report: told about the first guess (step 0) and after every step of stage 2; an exception that it raises
                (such as `Cancelled`) ends the work.
            preview: given the shape code [C] of the first guess and of every step.

        Raises:
            BadInputError: the text cannot be used.
            DeviceError: the memory is exhausted.
        """
        settings, text = settings or GenerateSettings(), clean_text(text)
        generator = torch.Generator().manual_seed(settings.seed)
        with memory_errors_explained():
            feature = self.bundle.clip.encode_text([text])[0]
            codes = self._codes(feature, settings, generator, report, preview)
            first, final = self._score(codes[0], feature), self._score(codes[-1], feature)
        if settings.keep_best and first > final:
            codes[-1], final = codes[0], first
        return Shape(
            text,
            codes[-1].detach().float().cpu(),
            settings.seed,
            self.bundle.name,
            asdict(settings),
            {"first": first, "final": final},
        )

    def _codes(
        self,
        feature: Tensor,
        settings: GenerateSettings,
        generator: torch.Generator,
        report: ProgressCallback,
        preview: PreviewCallback | None,
    ) -> list[Tensor]:
        """Return the codes of the first guess and after every step of stage 2."""
        b = self.bundle
        meter = ProgressMeter("stage 2", settings.stage2.steps, report)
        start = first_guess(feature, b.mapper, b.prior, b.gap, b.svr, b.clip, settings.guess, generator)
        with torch.no_grad():
            codes = [b.mapper(start.feature[None])[0] + start.offset]
        meter.step(0)
        if preview is not None:
            preview(codes[0])
        target = perturb_feature(feature, settings.tau_2, generator) if settings.tau_2 < 1.0 else feature
        for state in run_stage2(b.mapper, b.svr, b.clip, start, target, settings.stage2, generator):
            codes.append(state.code)
            meter.step(state.step, state.loss)
            if preview is not None:
                preview(state.code)
        return codes

    def _score(self, code: Tensor, feature: Tensor) -> float:
        return float(text_agreement(self.bundle.svr, self.bundle.clip, code, feature, SCORE_VIEWS))

    def mesh(self, shape: Shape, settings: MeshSettings | None = None, smooth: int = 4) -> ColouredMesh:
        """Turn a shape into a closed, coloured mesh without specks, `smooth` rounds of smoothing against steps.

        Raises:
            BadInputError: the shape belongs to another bundle, or is empty.
            DeviceError: the memory is exhausted.
        """
        settings = settings or MeshSettings()
        with memory_errors_explained(), torch.inference_mode():
            field_state = self.bundle.svr.prepare(self._code_of(shape))
            mesh = remove_specks(extract_mesh(self.bundle.svr, field_state, settings), settings.smallest_part)
        if mesh.is_empty:
            raise BadInputError(f"No shape came out for '{shape.text}'; try another seed or other words.")
        return taubin_smooth(mesh, smooth) if smooth else mesh

    @torch.no_grad()
    def pictures(self, shape: Shape, views: int = 4, size: int = 256) -> Tensor:
        """Return shaded pictures from all sides on white, [views, 3, size, size] in 0..1."""
        cameras = turntable_cameras(views).to(self.device)
        field_state = self.bundle.svr.prepare(self._code_of(shape))
        return render(self.bundle.svr, field_state, cameras, RenderSettings(size=size, steps=96, grid=64)).rgb.cpu()

    def _code_of(self, shape: Shape) -> Tensor:
        if shape.bundle != self.bundle.name:
            raise BadInputError(f"The shape was made with the bundle '{shape.bundle}', not with '{self.bundle.name}'.")
        if shape.code.shape != (self.bundle.svr.code_size,):
            raise BadInputError(
                f"The shape has {shape.code.numel()} code numbers, '{self.bundle.name}' reads "
                f"{self.bundle.svr.code_size}; it was made with another version of the bundle."
            )
        return shape.code[None].to(self.device)
