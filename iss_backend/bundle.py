"""A model bundle on disk: CLIP, SVR model, mapper, prior, the codes of the training shapes, and a manifest.

::

    manifest.json        format, name, configurations, training notes; size and SHA-256 of every other file
    clip/                an open_clip folder (JSON configuration + safetensors)
    svr.safetensors      E_S and D                 mapper.safetensors   M of stage 1
    prior.safetensors    code prior                codes.safetensors    codes, text and image means
    points.safetensors   the point tower           camera.safetensors   the camera network

Bundles may lack a prior, a point tower, and a camera network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Any

import torch
from torch import Tensor, nn

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.clip import Clip, load_clip
from iss_backend.clip.loading import CONFIG_FILE, WEIGHTS_FILE
from iss_backend.clip.point_tower import PointTower, PointTowerConfig
from iss_backend.errors import BundleError
from iss_backend.files import write_whole
from iss_backend.svr import build_svr, config_of
from iss_backend.svr.base import SVRModel
from iss_backend.svr.camera_network import CameraNetwork, CameraNetworkConfig
from iss_backend.weights import load_into, read_weights, sha256_of, write_weights

FORMAT = 1
MANIFEST = "manifest.json"
CLIP_FOLDER = "clip"
DEFAULT_BUNDLE = Path(__file__).parent / "bundles" / "default"
ENTRIES = {"name": str, "svr": dict, "mapper": dict, "notes": dict, "files": dict, "shape_names": list}
# The parts of a `Bundle` that have a weight file each, with its name and that of their sizes in the manifest.
PARTS = {"svr": "svr", "mapper": "mapper", "prior": "prior", "point_tower": "points", "camera_network": "camera"}
ALWAYS_THERE = {
    "svr.safetensors",
    "mapper.safetensors",
    "codes.safetensors",
    f"{CLIP_FOLDER}/{CONFIG_FILE}",
    f"{CLIP_FOLDER}/{WEIGHTS_FILE}",
}


@dataclass(frozen=True)
class ShapeCodes:
    """What a bundle keeps of its training shapes: `codes` [N, C] (E_S of each), and their `names`."""

    codes: Tensor
    names: tuple[str, ...]


@dataclass(frozen=True)
class Bundle:
    """All models of one bundle, on one device, in evaluation mode, frozen.

    Attributes:
        decoder: a mark that changes with D, whose codes mean nothing to another; "" before the bundle was read.
    """

    name: str
    clip: Clip
    svr: SVRModel
    mapper: Mapper
    prior: CodePrior | None
    gap: TextImageGap
    shapes: ShapeCodes
    notes: dict[str, Any]
    point_tower: PointTower | None = None
    camera_network: CameraNetwork | None = None
    decoder: str = ""

    @property
    def device(self) -> torch.device:
        """Where the models are."""
        return self.shapes.codes.device

    def parts(self) -> dict[str, nn.Module]:
        """Return those of `PARTS` that are there."""
        return {name: part for name in PARTS if (part := getattr(self, name)) is not None}

    def to(self, device: torch.device) -> Bundle:
        """Move the models to a device, and return the bundle of what is there."""
        return replace(
            self,
            clip=self.clip.to(device),
            gap=TextImageGap(self.gap.text_mean.to(device), self.gap.image_mean.to(device)),
            shapes=replace(self.shapes, codes=self.shapes.codes.to(device)),
            **{name: part.to(device) for name, part in self.parts().items()},
        )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a bundle's manifest.

    Raises:
        BundleError: there is none, it is damaged, or it is of a newer format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleError(f"{folder} holds no model bundle ({error}); give the folder of one with --bundle.") from error
    if version != FORMAT:
        raise BundleError(f"The bundle in {folder} has format {version}, this version reads {FORMAT}; update one.")
    wrong = [name for name, kind in ENTRIES.items() if not isinstance(manifest.get(name), kind)]
    if not wrong:
        wrong = [file for file, seal in manifest["files"].items() if not isinstance(seal, dict)]
        wrong += [] if isinstance(manifest["svr"].get("kind"), str) else ["svr"]
    if wrong:
        raise BundleError(f"The manifest in {folder} is damaged at '{wrong[0]}'; install the bundle again.")
    return manifest


def verify_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Compare every file with the manifest's size and SHA-256 before anything is loaded from it.

    Raises:
        BundleError: a file is missing, lies outside the folder, or has another size or checksum; or the manifest does
            not list a file that will be loaded.
    """
    needed = ALWAYS_THERE | {f"{part}.safetensors" for part in PARTS.values() if manifest.get(part)}
    unlisted = sorted(needed - manifest["files"].keys())
    if unlisted:
        raise BundleError(f"The manifest in {folder} does not list {unlisted[0]}; install the bundle again.")
    for name, expected in manifest["files"].items():
        path = _inside(folder, name)
        if not path.is_file():
            raise BundleError(f"The bundle lacks the file {path}; install it again.")
        if path.stat().st_size != expected.get("bytes"):
            raise BundleError(
                f"{path} has {path.stat().st_size} bytes instead of {expected.get('bytes')}; install the bundle again."
            )
        if sha256_of(path) != expected.get("sha256"):
            raise BundleError(f"{path} is damaged (its checksum differs); install the bundle again.")


def _inside(folder: Path, name: str) -> Path:
    """Return the path of a manifest's file; Windows' rules see through every way of writing a path that leads out."""
    path = PureWindowsPath(name)
    if path.anchor or ".." in path.parts:
        raise BundleError(f"The manifest in {folder} names '{name}', outside the bundle; install the bundle again.")
    return folder / name


def load_bundle(folder: Path = DEFAULT_BUNDLE, device: torch.device | str = "cpu") -> Bundle:
    """Read and check a bundle, and put its models on a device.

    Raises:
        BundleError: it is missing, damaged, or does not fit together.
    """
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    models = _build_models(folder, manifest)
    for name, module in models.items():
        if module is not None:
            _load_frozen(module, folder / f"{PARTS[name]}.safetensors", device)
    codes, gap = _read_codes(folder / "codes.safetensors", device)
    bundle = Bundle(
        name=manifest["name"],
        clip=load_clip(folder / CLIP_FOLDER).to(device),
        gap=gap,
        shapes=ShapeCodes(codes, tuple(manifest["shape_names"])),
        notes=manifest["notes"],
        decoder=_mark_of_decoder(models["svr"]),
        **models,
    )
    _check_fit(folder, bundle)
    return bundle


def _build_models(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the models that a manifest describes, without weights, by the names of `PARTS`; None for a missing one."""
    try:
        with torch.device("meta"):
            return {
                "svr": build_svr(manifest["svr"]["kind"], manifest["svr"]["config"]),
                "mapper": Mapper(MapperConfig(**manifest["mapper"])),
                "prior": CodePrior(PriorConfig(**manifest["prior"])) if manifest["prior"] else None,
                "point_tower": PointTower(PointTowerConfig(**manifest["points"])) if manifest.get("points") else None,
                "camera_network": _camera_network(manifest["camera"]) if manifest.get("camera") else None,
            }
    except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise BundleError(f"The manifest in {folder} is incomplete ({error}); install the bundle again.") from error


def _camera_network(config: dict[str, Any]) -> CameraNetwork:
    return CameraNetwork(CameraNetworkConfig(tuple(config["widths"])))


def _mark_of_decoder(svr: SVRModel) -> str:
    digest = hashlib.sha256()
    for parameter in svr.decoder_parameters():
        digest.update(parameter.float().cpu().numpy().tobytes())
    return digest.hexdigest()[:12]


def _read_codes(path: Path, device: torch.device | str) -> tuple[Tensor, TextImageGap]:
    arrays = read_weights(path)
    try:
        means = TextImageGap(arrays["text_mean"].to(device), arrays["image_mean"].to(device))
        return arrays["codes"].to(device), means
    except KeyError as error:
        raise BundleError(f"{path} lacks the array {error}; install the bundle again.") from error


def _check_fit(folder: Path, bundle: Bundle) -> None:
    """Compare the sizes of the parts; a part taken from another bundle is found here and not in the middle of work."""
    feature, code = bundle.clip.feature_size, bundle.svr.code_size
    sizes = {"the mapper": (bundle.mapper.config.feature_size, bundle.mapper.config.code_size)}
    if bundle.prior is not None:
        sizes["the prior"] = (bundle.prior.config.feature_size, bundle.prior.config.code_size)
    for part, found in sizes.items():
        if found != (feature, code):
            raise BundleError(
                f"{folder} does not fit together: {part} maps {found[0]} to {found[1]} numbers, "
                f"CLIP and SVR model have {feature} and {code}; 'align --clip' makes a bundle for another CLIP."
            )
    if bundle.point_tower is not None and bundle.point_tower.config.feature_size != feature:
        advice = "'train points' makes one for this CLIP"
        raise BundleError(f"{folder} does not fit together: points.safetensors belongs to another CLIP; {advice}.")
    shapes = (bundle.gap.text_mean.shape, bundle.gap.image_mean.shape, bundle.shapes.codes.shape)
    if shapes != ((feature,), (feature,), (len(bundle.shapes.names), code)):
        raise BundleError(f"{folder} does not fit together: codes.safetensors belongs to other models or shapes.")


def _load_frozen(module: nn.Module, path: Path, device: torch.device | str) -> None:
    load_into(module, read_weights(path), path)
    module.to(device).eval().requires_grad_(False)


def write_bundle(folder: Path, bundle: Bundle) -> None:
    """Write all parts but the CLIP folder, which has to be there, and then the manifest that seals them.

    Raises:
        OutputError: the disk is full, or a file cannot be written.
    """
    parts = _weights_of(bundle)
    for file, weights in parts.items():
        write_weights(folder / file, weights)
    kind, config = config_of(bundle.svr)
    manifest = {
        "format": FORMAT,
        "name": bundle.name,
        "svr": {"kind": kind, "config": config},
        "mapper": asdict(bundle.mapper.config),
        "prior": asdict(bundle.prior.config) if bundle.prior is not None else None,
        "points": asdict(bundle.point_tower.config) if bundle.point_tower is not None else None,
        "camera": asdict(bundle.camera_network.config) if bundle.camera_network is not None else None,
        "notes": bundle.notes,
        "files": _seal(folder, [*parts, *_clip_files(folder)]),
        "shape_names": list(bundle.shapes.names),
    }
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def _weights_of(bundle: Bundle) -> dict[str, dict[str, Tensor]]:
    """Return the weight files of all parts but the CLIP: what each holds, by its name."""
    means = {"text_mean": bundle.gap.text_mean, "image_mean": bundle.gap.image_mean}
    there = {f"{PARTS[name]}.safetensors": part.state_dict() for name, part in bundle.parts().items()}
    return there | {"codes.safetensors": {"codes": bundle.shapes.codes, **means}}


def _clip_files(folder: Path) -> list[str]:
    files = (path for path in (folder / CLIP_FOLDER).iterdir() if path.suffix in (".safetensors", ".json"))
    return [path.relative_to(folder).as_posix() for path in files]


def _seal(folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return size and checksum of a bundle's own files; others may lie in its folder too, as where that is "."."""
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)} for name in sorted(names)
    }
