"""Other CLIPs for a bundle: by open_clip's name, from a weight file, or from a folder."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from iss_backend.clip import Clip, load_clip
from iss_backend.clip.loading import CONFIG_FILE, LOADING_ERRORS, WEIGHTS_FILE
from iss_backend.clip.torchvision_ops import ensure_torchvision_imports
from iss_backend.errors import BadInputError, BundleError
from iss_backend.files import writing
from iss_backend.training.clip_config import build_towers, write_clip_folder
from iss_backend.weights import sha256_of, write_weights

QUICK = "-quickgelu"
FILE_SUFFIXES = (".pt", ".pth", ".bin", ".safetensors")
KEPT_SUFFIXES = (".json", ".txt", ".safetensors")  # of a folder
SIZES_IN_FILE = ("input_resolution", "context_length", "vocab_size")  # of OpenAI's archives; no weights
HEAD_WIDTH = 64  # of every transformer that OpenAI published


@dataclass(frozen=True)
class KeptClip:
    """A CLIP whose files lie in a folder now, and `remarks` that a person should read."""

    clip: Clip
    remarks: tuple[str, ...]


def keep_clip(source: str, folder: Path) -> KeptClip:
    """Write a CLIP into `folder` as a bundle keeps it, and load it from there.

    Args:
        source: an open_clip folder or a bundle's, `NAME:TAG`, `NAME:FILE`, or a FILE alone with weights in OpenAI's
            layout (their TorchScript archive too).
        folder: where it is kept; what lies there is replaced, once the CLIP is complete.

    Raises:
        BundleError: there is no such CLIP, or its weights do not fit.
        BadInputError: it is of a kind that bundles cannot hold, or lies in `folder` itself.
        OutputError: the disk is full, or a file cannot be written.
    """
    check_clip(source)
    path = Path(source)
    if path.is_dir() and _clip_folder(path).resolve() == folder.resolve():
        raise BadInputError(f"The CLIP in {folder} cannot be copied onto itself; give another one.")
    fresh = folder.with_name(f".iss-{secrets.token_hex(6)}.part")
    try:
        remarks = _write_source(source, fresh)
        clip = load_clip(fresh)
        _require_plain(clip, source)
        with writing(folder):
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    clip.name = str(folder)
    return KeptClip(clip, remarks)


def check_clip(source: str) -> None:
    """Look whether there is a CLIP as `keep_clip` reads it, without reading its weights.

    Raises:
        BundleError: there is none.
    """
    path = Path(source)
    if path.is_dir():
        held = _clip_folder(path)
        missing = [name for name in (CONFIG_FILE, WEIGHTS_FILE) if not (held / name).is_file()]
        if missing:
            raise BundleError(f"{held} holds no CLIP: there is no {missing[0]}; give a folder that open_clip wrote.")
    elif _is_file_name(source):
        if not path.is_file():
            raise BundleError(f"{path} cannot be read as weights: there is no such file; check the path.")
    else:
        _check_named(source)


def clip_marks(source: str) -> dict[str, str]:
    """Return the check sums of the files of a CLIP as `keep_clip` reads it; none of what open_clip keeps by a tag."""
    path = Path(source)
    files = _files_of(_clip_folder(path)) if path.is_dir() else [path, Path(source.partition(":")[2])]
    return {file.name: sha256_of(file) for file in files if file.is_file()}


def _write_source(source: str, folder: Path) -> tuple[str, ...]:
    """Write a CLIP into a new folder; return what a person should read about it."""
    path = Path(source)
    if path.is_dir():
        return _copy_folder(_clip_folder(path), folder)
    if _is_file_name(source):
        return _convert_file(path, folder)
    return _keep_named(source, folder)


def _clip_folder(path: Path) -> Path:
    """Return the folder of the CLIP: that in a bundle's folder, else the folder itself."""
    return path / "clip" if (path / "clip" / CONFIG_FILE).is_file() else path


def _is_file_name(source: str) -> bool:
    path, file = Path(source), Path(source.partition(":")[2])  # the FILE of NAME:FILE, which ends as a path does too
    return path.is_file() or (path.suffix.lower() in FILE_SUFFIXES and not file.is_file())


def quick_gelu_remark(name: str, tag: str) -> tuple[str, str]:
    """Return the model's name whose activation is that of the weights, and a remark where that is another one.

    OpenAI trained with QuickGELU, most later weights are for GELU; with the wrong one everything runs, but the
    features are worse.
    """
    ensure_torchvision_imports()
    import open_clip  # needs the operators to be declared first

    tagged = open_clip.get_pretrained_cfg(name, tag)
    wanted = bool(tagged.get("quick_gelu", False))
    if not tagged or wanted == bool((open_clip.get_model_config(name) or {}).get("quick_gelu", False)):
        return name, ""
    other = name + QUICK if wanted else name.removesuffix(QUICK)
    trained, computed = ("QuickGELU", "GELU") if wanted else ("GELU", "QuickGELU")
    remark = f"The weights '{tag}' were trained with {trained}, but '{name}' computes {computed}"
    if other in open_clip.list_models():
        return other, f"{remark}: '{other}' is used instead."
    return name, f"{remark}; expect less of them."


def _copy_folder(source: Path, folder: Path) -> tuple[str, ...]:
    with writing(folder):
        folder.mkdir(parents=True)
        for path in _files_of(source):
            shutil.copyfile(path, folder / path.name)
    return ()


def _files_of(folder: Path) -> list[Path]:
    """Return the files of a CLIP's folder that a bundle keeps."""
    return [path for path in sorted(folder.iterdir()) if path.suffix in KEPT_SUFFIXES and path.is_file()]


def _check_named(source: str) -> None:
    """Refuse what is neither NAME:TAG nor NAME:FILE."""
    name, _, tag = source.partition(":")
    ensure_torchvision_imports()
    import open_clip  # needs the operators to be declared first

    if Path(tag).is_file() and _is_torchscript(Path(tag)):
        return
    if name not in open_clip.list_models():
        raise BundleError(f"open_clip knows no model '{name}', and there is no such file or folder; check the name.")
    if not tag:
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(name)) or "a weight file"
        raise BundleError(f"'{name}' needs its weights too, as {name}:TAG with one of: {tags}.")


def _keep_named(source: str, folder: Path) -> tuple[str, ...]:
    name, _, tag = source.partition(":")
    ensure_torchvision_imports()
    import open_clip  # needs the operators to be declared first

    if Path(tag).is_file() and _is_torchscript(Path(tag)):
        return _convert_file(Path(tag), folder)
    remark = ""
    if not Path(tag).is_file():
        name, remark = quick_gelu_remark(name, tag)
    elif name + QUICK in open_clip.list_models():
        remark = (
            f"A weight file does not tell its activation: '{name}' computes GELU; where OpenAI trained these weights, "
            f"give {name}{QUICK}:FILE instead."
        )
    clip = load_clip(f"{name}:{tag}")
    _require_plain(clip, source)
    _write(folder, clip, open_clip.get_model_config(name))
    return (remark,) if remark else ()


def _write(folder: Path, clip: Clip, config: dict[str, Any]) -> None:
    """Write loaded towers with their configuration and preprocessing."""
    prepared = clip.preprocessing
    about = {"mean": prepared.mean, "std": prepared.std, "interpolation": "bicubic", "resize_mode": "shortest"}
    folder.mkdir(parents=True)
    contents = json.dumps({"model_cfg": config, "preprocess_cfg": about}, indent=1)
    (folder / CONFIG_FILE).write_text(contents, encoding="utf-8")
    write_weights(folder / WEIGHTS_FILE, clip.towers.state_dict())


def _require_plain(clip: Clip, source: str) -> None:
    """Refuse towers whose features or tokens are not made as CLIP's are."""
    if getattr(clip.towers, "text_projection", None) is None:
        raise BadInputError(f"'{source}' is no plain CLIP (its text tower is {type(clip.towers).__name__}'s); use one.")


def _is_torchscript(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _convert_file(path: Path, folder: Path) -> tuple[str, ...]:
    """Write a folder from weights alone; their shapes tell the sizes of the towers."""
    weights = _read_file(path)
    try:
        config = config_of_weights(weights)
        towers = build_towers(config)
        towers.load_state_dict({name: weight.float() for name, weight in weights.items()})
    except (KeyError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:160]
        raise BundleError(f"{path} does not hold a CLIP in OpenAI's layout ({reason}); give NAME:FILE.") from error
    write_clip_folder(folder, towers, config)
    return (f"Sizes were read off {path.name}; its activation is taken to be QuickGELU, as in all of OpenAI's files.",)


def _read_file(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix.lower() == ".safetensors":
            from safetensors.torch import load_file

            weights = load_file(path)
        elif _is_torchscript(path):
            weights = torch.jit.load(str(path), map_location="cpu").state_dict()
        else:
            weights = torch.load(path, map_location="cpu", weights_only=True)
            weights = weights.get("state_dict", weights)
    except LOADING_ERRORS as error:
        raise BundleError(f"{path} cannot be read as weights ({str(error).splitlines()[0][:160]}).") from error
    return {name.removeprefix("module."): w for name, w in weights.items() if name not in SIZES_IN_FILE}


def config_of_weights(weights: dict[str, Tensor]) -> dict[str, Any]:
    """Return open_clip's configuration of a CLIP in OpenAI's layout.

    Raises:
        KeyError: a weight that tells a size is missing.
    """
    width = weights["ln_final.weight"].shape[0]
    text = {
        "context_length": weights["positional_embedding"].shape[0],
        "vocab_size": weights["token_embedding.weight"].shape[0],
        "width": width,
        "heads": max(1, width // HEAD_WIDTH),
        "layers": _count(weights, r"transformer\.resblocks\.(\d+)\."),
    }
    sizes = {"embed_dim": weights["text_projection"].shape[1], "quick_gelu": True}
    return {**sizes, "vision_cfg": _vision_of(weights), "text_cfg": text}


def _vision_of(weights: dict[str, Tensor]) -> dict[str, Any]:
    positions = weights.get("visual.positional_embedding")
    if positions is None:
        side = round((weights["visual.attnpool.positional_embedding"].shape[0] - 1) ** 0.5)
        layers = [_count(weights, rf"visual\.layer{stage}\.(\d+)\.") for stage in range(1, 5)]
        width = weights["visual.layer1.0.conv1.weight"].shape[0]
        return {"layers": layers, "width": width, "patch_size": None, "image_size": 32 * side}
    width, _, patch, _ = weights["visual.conv1.weight"].shape
    side = round((positions.shape[0] - 1) ** 0.5)
    layers = _count(weights, r"visual\.transformer\.resblocks\.(\d+)\.")
    heads = {"head_width": min(HEAD_WIDTH, width)}
    return {"layers": layers, "width": width, **heads, "patch_size": patch, "image_size": side * patch}


def _count(weights: dict[str, Tensor], pattern: str) -> int:
    found = {int(match[1]) for name in weights if (match := re.match(pattern, name))}
    if not found:
        raise KeyError(pattern)
    return len(found)
