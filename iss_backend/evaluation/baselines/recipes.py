"""The baselines that need training, as they are trained from the command line, and all of them as rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.evaluation.baselines.clip_forge.autoencoder import ForgeConfig
from iss_backend.evaluation.baselines.clip_forge.sampling import clip_forge_method
from iss_backend.evaluation.baselines.clip_forge.training import (
    ForgeTrainingSettings,
    load_clip_forge,
    train_clip_forge,
)
from iss_backend.evaluation.baselines.dream_fields.optimise import dream_fields_method, small_budget
from iss_backend.evaluation.baselines.image_features import FeatureMapperSettings, train_feature_mapper
from iss_backend.evaluation.baselines.image_generator import (
    ShelfSettings,
    diffusers_generator,
    image_generator_method,
    load_shelf,
    write_shelf,
)
from iss_backend.evaluation.methods import Method, generating
from iss_backend.files import make_folder, write_whole
from iss_backend.pipeline import GenerateSettings, TextToShape
from iss_backend.progress import ProgressCallback
from iss_backend.training.outputs import begin_stage, marks_of
from iss_backend.training.schedule import LoopSettings
from iss_backend.weights import load_into, read_weights, sha256_of, write_weights

FORGE_FOLDER, ABOUT_FILE = "clip_forge", "about.json"
FEATURES_FILE, SHELF_FILE = "e_i.safetensors", "pictures.safetensors"
TRAINED = {"e_i": FEATURES_FILE, "clip_forge": FORGE_FOLDER, "shelf": SHELF_FILE}  # by the row that needs it
MADE = "made"  # among the checkpoints of what is complete


@dataclass(frozen=True)
class BaselinePlan:
    """How the baselines are trained.

    Attributes:
        forge_steps, flow_steps: of CLIP-Forge's two parts.
        published: CLIP-Forge's sizes, points and rates as published instead of those for minutes on a processor: a
            quarter of the channels, a flow half as wide, 1,024 points a shape, higher rates.
        feature_steps: of E_I + D.
        pictures: that the flow and E_I + D learn from; `shelf`: kept by the nearest captioned picture.
        seed: of every draw.
    """

    forge_steps: int = 1500
    flow_steps: int = 2000
    published: bool = False
    feature_steps: int = 2000
    pictures: int = 16000
    shelf: int = 6000
    seed: int = 0

    def forge(self) -> ForgeTrainingSettings:
        """Return the settings of CLIP-Forge."""
        settings = replace(ForgeTrainingSettings(), pictures=self.pictures, seed=self.seed)
        if self.published:
            autoencoder = replace(settings.autoencoder_loop, steps=self.forge_steps)
            flow = replace(settings.flow_loop, steps=self.flow_steps)
            return replace(settings, autoencoder_loop=autoencoder, flow_loop=flow)
        return replace(
            settings,
            autoencoder=ForgeConfig(width=8),
            flow_hidden=512,
            points=1024,
            autoencoder_loop=LoopSettings(self.forge_steps, learning_rate=2e-3, warmup=50, weight_decay=1e-5),
            flow_loop=LoopSettings(self.flow_steps, learning_rate=5e-4, warmup=50),
        )


def train_baselines_run(
    data: Sequence[Path], output: Path, studio: TextToShape, seal: str, plan: BaselinePlan, report: ProgressCallback
) -> None:
    """Train CLIP-Forge and E_I + D and keep captioned pictures; what was made alike already is not made again.

    Checkpoints lie in OUTPUT/checkpoints; those of other settings or another data set are removed.
    `seal` marks the bundle whose CLIP they all use (see `methods.bundle_seal`).

    Raises:
        BadInputError: OUTPUT was begun for another bundle, or the data cannot be used.
        OutputError: a file cannot be written.
    """
    make_folder(output)
    if (output / ABOUT_FILE).is_file():
        _check_bundle(output, seal)
    write_whole(output / ABOUT_FILE, json.dumps({"bundle": seal}).encode())
    shapes, bundle, source = PackedShapes(*data), studio.bundle, marks_of(None, *data) | {"bundle": seal}
    shelf = ShelfSettings(plan.shelf, max(bundle.clip.image_size, bundle.svr.image_size), plan.seed)
    loop = LoopSettings(plan.feature_steps, learning_rate=1e-3, warmup=50)
    features, forge = FeatureMapperSettings(plan.pictures, plan.seed, loop), plan.forge()

    def make_shelf(work: Path) -> None:
        """Draw the pictures."""
        write_shelf(output / SHELF_FILE, bundle.clip, shapes, shelf, report)

    def make_features(work: Path) -> None:
        """Train E_I + D."""
        mapper = train_feature_mapper(bundle, shapes, features, work / FEATURES_FILE, report)
        write_weights(output / FEATURES_FILE, mapper.state_dict())

    def make_forge(work: Path) -> None:
        """Train CLIP-Forge."""
        train_clip_forge(shapes, bundle.clip, forge, output / FORGE_FOLDER, work, report)

    _make_once(output, SHELF_FILE, shelf, source, make_shelf)
    _make_once(output, FEATURES_FILE, features, source, make_features)
    _make_once(output, FORGE_FOLDER, forge, source, make_forge)


def _make_once(output: Path, name: str, settings: Any, source: dict[str, Any], make: Callable[[Path], None]) -> None:
    """Have OUTPUT/NAME made, given a folder for checkpoints, unless it was made with these settings of this source."""
    work = begin_stage(output, Path(name).stem, settings, source)
    if not ((work / MADE).is_file() and (output / name).exists()):
        make(work)
        write_whole(work / MADE, b"")


def _check_bundle(folder: Path, seal: str) -> None:
    try:
        found = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))["bundle"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{folder} holds no trained baselines ({error}); run 'train baselines' first.") from error
    if found != seal:
        raise BadInputError(
            f"The baselines in {folder} were trained for another bundle ({found}, not {seal}); train them again into "
            "another folder."
        )


@dataclass(frozen=True)
class BaselineRows:
    """Where the rows come from: the folder of `train_baselines_run`, Dream Fields' steps, a diffusers model."""

    folder: Path | None
    seal: str
    dream_steps: int = 150
    image_model: str | None = None

    def build(self, studio: TextToShape, names: Sequence[str], report: ProgressCallback) -> dict[str, Method]:
        """Return the rows of `BASELINES` that are asked for.

        Raises:
            BadInputError: what one of them needs was not given, or belongs to another bundle.
        """
        builders: dict[str, Callable[[], Method]] = {
            "e_i": lambda: image_feature_method(studio, self._trained(TRAINED["e_i"])),
            "clip_forge": lambda: clip_forge_method(studio, load_clip_forge(self._trained(TRAINED["clip_forge"]))),
            "dream_fields": lambda: dream_fields_method(studio, small_budget(self.dream_steps), report),
            "shelf": lambda: image_generator_method(
                studio,
                "nearest captioned picture + E_S + D",
                load_shelf(self._trained(TRAINED["shelf"]), studio.bundle.clip),
            ),
            "diffusers": lambda: image_generator_method(
                studio, "diffusers pipeline + E_S + D", diffusers_generator(self._model())
            ),
        }
        asked = [name for name in names if name in builders]
        return {name: replace(builders[name](), made_with=self._made_with(name)) for name in asked}

    def _made_with(self, name: str) -> str:
        """Return the steps, the model or the files of a row, which are other ones after another training."""
        told = {"dream_fields": f"{self.dream_steps} steps", "diffusers": f"the model {self.image_model}"}
        return told[name] if name in told else f"files {_seal_of(self._trained(TRAINED[name]))}"

    def _trained(self, name: str) -> Path:
        if self.folder is None:
            raise BadInputError("This row needs trained baselines; run 'train baselines' and give --baselines FOLDER.")
        _check_bundle(self.folder, self.seal)
        return self.folder / name

    def _model(self) -> str:
        if self.image_model is None:
            raise BadInputError("The row 'diffusers' needs --image-model, the folder of a text-to-image pipeline.")
        return self.image_model


def _seal_of(path: Path) -> str:
    """Return a mark that changes with a file, or with those in a folder."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return "-".join(sha256_of(file)[:8] for file in files if file.is_file())


def image_feature_method(studio: TextToShape, weights: Path) -> Method:
    """Return E_I + D asked with the text's feature in place of the picture's, as the paper does, as a row.

    Raises:
        BundleError: the weights are damaged, or of other sizes.
    """
    bundle: Bundle = studio.bundle
    sizes = (bundle.clip.feature_size, bundle.svr.code_size)
    mapper = Mapper(MapperConfig(*sizes, final_activation=bundle.svr.code_ending))
    load_into(mapper, read_weights(weights), weights)
    mapper.to(studio.device).eval().requires_grad_(False)
    own = TextToShape(replace(bundle, mapper=mapper), studio.device)
    default = GenerateSettings(guess=GuessSettings(kind="mapper"), keep_best=False)
    still = replace(default, stage2=replace(default.stage2, steps=0))
    return Method("E_I + D", generating(own, still), random=False)
