"""Optimising a dream field for one text, with the bundle's CLIP in place of ViT-B/16."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.evaluation.baselines.dream_fields.augmentation import random_background
from iss_backend.evaluation.baselines.dream_fields.field import CUBE_TO_SCENE, DreamField, FieldConfig
from iss_backend.evaluation.baselines.dream_fields.rendering import VolumePicture, random_camera, render_volume
from iss_backend.evaluation.methods import Made, Method
from iss_backend.pipeline import TextToShape
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.shape import Shape

NAME = "dream-fields"


@dataclass(frozen=True)
class DreamSettings:
    """How a field is optimised; the defaults are the published low-quality run.

    Attributes:
        config: of the field.
        steps: of Adam (epsilon 1e-5), one camera each.
        size, crop: pixels a side of a picture, and of the random crop that CLIP sees; `crops` of them, each on another
            background.
        samples: of a ray.
        first_rate, rate, warmup: the learning rate rises from the first to the second over `warmup` steps.
        transmittance_weight: of the sparsity loss, whose opacity target falls from `opacity[0]` to `opacity[1]` over
            `opacity_steps`.
        origin_decay: of the running mean of the scene's centre.
    """

    config: FieldConfig = field(default_factory=FieldConfig)
    steps: int = 10_000
    size: int = 88
    crop: int = 80
    crops: int = 8
    samples: int = 192
    first_rate: float = 1e-5
    rate: float = 1e-4
    warmup: int = 1500
    transmittance_weight: float = 0.5
    opacity: tuple[float, float] = (0.5, 0.1)
    opacity_steps: int = 500
    origin_decay: float = 0.999

    def __post_init__(self) -> None:
        if min(self.steps, self.crops, self.samples, self.crop) < 1 or self.crop > self.size:
            raise BadInputError(
                f"A dream field cannot be optimised in {self.steps} steps of {self.crops} crops of {self.crop} from "
                f"{self.size} pixels with {self.samples} samples; choose positive numbers, crops within pictures."
            )


def small_budget(steps: int) -> DreamSettings:
    """Return settings with which a step takes a fraction of a second on a processor core; far below the published.

    Fewer steps need a higher rate, and schedules that end within them.
    """
    sizes = {"config": FieldConfig(64, 128, 2), "size": 36, "crop": 32, "crops": 4, "samples": 40}
    pace = {"first_rate": 2e-4, "rate": 2e-3, "warmup": max(1, steps // 10), "opacity_steps": max(1, steps // 3)}
    return replace(DreamSettings(), steps=steps, origin_decay=0.98, **sizes, **pace)


def dream_loss(clip: Clip, seen: VolumePicture, target: Tensor, opacity: float, settings: DreamSettings,
               generator: torch.Generator) -> Tensor:  # fmt: skip
    """Return -cos(E_I(crops), f_T) - lambda min(1 - tau, mean transmittance) (Dream Fields, equation 5).

    Args:
        clip: frozen.
        seen: by one camera.
        target: unit text feature [D].
        opacity: tau, the target of the mean opacity.
        settings: crops and lambda.
        generator: source of crops and backgrounds.
    """
    features = clip.encode_image(torch.stack([_crop(seen, settings, generator) for _ in range(settings.crops)]))
    sparsity = seen.transmittance.mean().clamp(max=1.0 - opacity)
    return -(features @ target).mean() - settings.transmittance_weight * sparsity


def _crop(seen: VolumePicture, settings: DreamSettings, generator: torch.Generator) -> Tensor:
    behind = random_background(settings.size, generator).to(seen.rgb)
    picture = seen.rgb + seen.transmittance * behind
    top, left = torch.randint(settings.size - settings.crop + 1, (2,), generator=generator).tolist()
    return picture[:, top : top + settings.crop, left : left + settings.crop]


def optimise_field(
    clip: Clip, text: str, settings: DreamSettings, seed: int, device: torch.device, report: ProgressCallback
) -> tuple[DreamField, Tensor]:
    """Return the field of a text, frozen, its surface threshold settled, and the scene's origin [3]."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # of the initial weights
        scene = DreamField(settings.config).to(device)
    generator = torch.Generator().manual_seed(seed)
    target, origin = clip.encode_text([text])[0], torch.zeros(3, device=device)
    optimiser = torch.optim.Adam(scene.parameters(), settings.rate, eps=1e-5)
    meter = ProgressMeter("dream", settings.steps, report)
    for step in range(settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = _between(settings.first_rate, settings.rate, step / settings.warmup)
        camera = random_camera(generator).to(device)
        seen = render_volume(scene, camera, origin, settings.size, settings.samples, generator)
        opacity = _between(*settings.opacity, step / settings.opacity_steps)
        loss = dream_loss(clip, seen, target, opacity, settings, generator)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        origin = origin + (1.0 - settings.origin_decay) * seen.centre / CUBE_TO_SCENE
        meter.step(step + 1, loss.item())
    scene.settle_threshold(origin)
    return scene.eval().requires_grad_(False), origin


def _between(first: float, last: float, progress: float) -> float:
    return first + (last - first) * min(1.0, progress)


def dream_fields_method(studio: TextToShape, settings: DreamSettings, report: ProgressCallback) -> Method:
    """Return Dream Fields as a row; `studio` gives its CLIP, its meshing and its drawing."""

    def make(text: str, seed: int) -> Made:
        """Optimise a field."""
        scene, origin = optimise_field(studio.bundle.clip, text, settings, seed, studio.device, report)
        own = TextToShape(replace(studio.bundle, name=NAME, svr=scene, decoder=""), studio.device)
        return Made(Shape(text, origin.cpu(), seed, NAME, {}, {}), own)

    return Method(f"Dream Fields, {settings.steps} steps", make)
