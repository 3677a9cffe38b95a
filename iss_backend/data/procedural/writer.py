"""Models as vertex-coloured PLY files, and their words in captions.json, for capturing and training."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, cycle
from pathlib import Path

import numpy as np

from iss_backend.data.procedural import CATEGORIES, generate
from iss_backend.data.procedural.counts import ModelCounts
from iss_backend.data.procedural.deform import DEFORMATIONS, deformed
from iss_backend.data.procedural.model import Model
from iss_backend.data.procedural.paints import PAINTS, sample_rgb
from iss_backend.errors import BadInputError
from iss_backend.files import make_folder, write_whole
from iss_backend.progress import ProgressCallback, ignore_progress, with_progress

GROUP = "procedural"  # the folder of the meshes, and the first half of the captions' keys
CAPTIONS_FILE = "captions.json"
# Pieces that people count: several are "legs", while a body of several pieces stays a body.
_COUNTED = (
    "leg foot wheel spoke door drawer handle knob hinge shelf window headlight light wing fin arm hand eye ear "
    "button key tile pillow cushion post pillar pole rail bar mast sail oar gun cannon missile engine nozzle "
    "propeller blade speaker cone bulb shade candle chimney tower flag flower leaf petal branch apple cherry ball "
    "gem stripe dot strut bumper mirror pedal peg tuner step drum container funnel hatch hook stick layer berry "
    "book panel box strap corner track claw"
)
COUNTED = frozenset(_COUNTED.split())
_VERTEX = np.dtype([("position", "<f4", 3), ("colour", "u1", 3)])
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def model_name(category: str, style: str, seed: int) -> str:
    """Return the file name without its suffix: 'chair-office_seed12'."""
    return f"{category}-{style}_seed{seed}".replace(" ", "_")


def write_models(
    folder: Path,
    counts: ModelCounts,
    seed: int,
    categories: Iterable[str] = (),
    report: ProgressCallback = ignore_progress,
    deformed_per_category: int = 0,
) -> int:
    """Write models of each category below ``folder``/procedural, and their words; return their number.

    ``counts`` of them as they are, ``deformed_per_category`` spiky, melting...; styles and deformations take turns,
    seeds count up from ``seed``. No categories mean all. Words of meshes that an earlier run wrote are kept, so a
    folder can grow.

    Raises:
        BadInputError: there is no such category, or captions.json is damaged.
        OutputError: a file cannot be written.
    """
    chosen = _chosen(categories)
    captions = _earlier_captions(folder / CAPTIONS_FILE)
    meshes = folder / GROUP
    make_folder(meshes)
    deformed_counts = ModelCounts(deformed_per_category)
    total = sum(each.of(len(CATEGORIES[name])) for each in (counts, deformed_counts) for name in chosen)
    models = chain(_models(chosen, counts, seed), _deformed_models(chosen, deformed_counts, seed))
    for name, number, model in with_progress("generate", models, report, total):
        write_whole(meshes / f"{name}.ply", ply_bytes(model, np.random.default_rng(number)))
        captions[f"{GROUP}/{name}"] = words(model)
    text = json.dumps(captions, indent=1, sort_keys=True, ensure_ascii=False)
    write_whole(folder / CAPTIONS_FILE, text.encode())
    return total


def words(model: Model) -> dict:
    """Return what captions.json holds of a model; parts that look alike are named once, in the plural if counted."""
    pieces = Counter((part.name, *PAINTS[part.paint][1:]) for part in model.parts)
    parts = dict.fromkeys((named(name, count), *paint) for (name, *paint), count in pieces.items())
    return {
        "category": model.category,
        "style": model.style,
        "nouns": list(model.nouns),
        "adjectives": list(model.adjectives),
        "features": list(model.features),
        "parts": [list(part) for part in parts],
    }


def named(name: str, count: int) -> str:
    """Return the name of ``count`` equal pieces: 'door handle', 2 -> 'door handles'."""
    start, last = name[: name.rfind(" ") + 1], name.split(" ")[-1]
    if count < 2 or last not in COUNTED:
        return name
    if last == "foot":
        return f"{start}feet"
    for ending, plural in (("elf", "elves"), ("eaf", "eaves"), ("rry", "rries"), ("ch", "ches"), ("box", "boxes")):
        if last.endswith(ending):
            return start + last.removesuffix(ending) + plural
    return f"{name}s"


def ply_bytes(model: Model, rng: np.random.Generator) -> bytes:
    """Return a binary PLY file (Y up, front +Z) with uchar vertex colours; each paint gets one drawn colour."""
    colours = {paint: sample_rgb(paint, rng) for paint in dict.fromkeys(part.paint for part in model.parts)}
    vertices = np.zeros(sum(len(part.solid.vertices) for part in model.parts), _VERTEX)
    faces = np.zeros(sum(len(part.solid.faces) for part in model.parts), _FACE)
    faces["count"] = 3
    first_vertex = first_face = 0
    for part in model.parts:
        next_vertex, next_face = first_vertex + len(part.solid.vertices), first_face + len(part.solid.faces)
        vertices["position"][first_vertex:next_vertex] = part.solid.vertices
        vertices["colour"][first_vertex:next_vertex] = colours[part.paint]
        faces["corners"][first_face:next_face] = part.solid.faces + first_vertex
        first_vertex, first_face = next_vertex, next_face
    return _header(len(vertices), len(faces)) + vertices.tobytes() + faces.tobytes()


def _header(vertices: int, faces: int) -> bytes:
    properties = [f"property float {axis}" for axis in "xyz"]
    properties += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {vertices}", *properties]
    lines += [f"element face {faces}", "property list uchar int vertex_indices", "end_header", ""]
    return "\n".join(lines).encode()


def _models(categories: list[str], counts: ModelCounts, seed: int) -> Iterator[tuple[str, int, Model]]:
    """Yield names, seeds and models."""
    for category in categories:
        styles = list(CATEGORIES[category])
        for number in range(seed, seed + counts.of(len(styles))):
            style = styles[(number - seed) % len(styles)]
            yield model_name(category, style, number), number, generate(category, style, number)


def _deformed_models(categories: list[str], counts: ModelCounts, seed: int) -> Iterator[tuple[str, int, Model]]:
    """Yield names, seeds and models of which each is deformed in one way; ways go on counting over categories."""
    turns = cycle(DEFORMATIONS)
    for name, number, model in _models(categories, counts, seed):
        way = next(turns)
        yield f"{way}-{name}", number, deformed(model, way, np.random.default_rng([1, number]))


def _chosen(categories: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(categories)) or list(CATEGORIES)
    unknown = [category for category in chosen if category not in CATEGORIES]
    if unknown:
        raise BadInputError(f"There is no category '{unknown[0]}': use some of {', '.join(CATEGORIES)}.")
    return chosen


def _earlier_captions(path: Path) -> dict:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadInputError(f"'{path}' cannot be read ({problem}): remove it or choose another folder.") from problem
    if not isinstance(found, dict):
        raise BadInputError(f"'{path}' holds no captions by name: remove it or choose another folder.")
    return found
