"""What the benchmark keeps of each shape while it runs, so that nothing is lost when it is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from iss_backend.errors import BadInputError
from iss_backend.evaluation.metrics.health import MeshHealth
from iss_backend.files import make_folder, write_whole
from iss_backend.preview import write_picture_sheet

NO_MESH = MeshHealth(watertight=False, pieces=0, specks=0, boxed=False, volume=0.0)
RECORDS_FILE, ABOUT_FILE, ROWS_FILE, PICTURES = "records.jsonl", "about.json", "rows.json", "pictures"


@dataclass(frozen=True)
class Record:
    """One shape as it was judged.

    Attributes:
        method, text, seed: what was made, and how.
        seconds: of the generation, without the mesh; `processor_seconds`: of all cores together, which does not grow
            where other programs compute too.
        failure: why there is no mesh, or None; the rest is then empty.
        said: the class that the judge named.
        probabilities: of all its classes.
        scores: what the method says of the shape itself, such as its CLIP agreement ("final").
        colours: names of basic colours and their shares of the surface, largest first.
        health: of the mesh.
        point_feature: of the judge's network.
        code: of the shape.
    """

    method: str
    text: str
    seed: int
    seconds: float
    processor_seconds: float = 0.0
    failure: str | None = None
    said: str = ""
    probabilities: tuple[float, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    colours: tuple[tuple[str, float], ...] = ()
    health: MeshHealth = NO_MESH
    point_feature: tuple[float, ...] = ()
    code: tuple[float, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what tells it from all others of a run."""
        return self.method, self.text, self.seed


class RecordBook:
    """A folder of records and pictures that a later run continues.

    Raises:
        BadInputError: the folder was begun with other models or settings (`about`), or is damaged.
        OutputError: it cannot be made.
    """

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self._folder = folder
        make_folder(folder / PICTURES)
        self._check(about)
        self.records = {record.key: record for record in self._read()}

    def __contains__(self, key: tuple[str, str, int]) -> bool:
        return key in self.records

    def add(self, record: Record, pictures: Tensor | None) -> None:
        """Keep a record and its pictures [V, 3, S, S] in 0..1."""
        if pictures is not None:
            write_picture_sheet(pictures, self._picture(len(self.records)))
        self.records[record.key] = record
        with (self._folder / RECORDS_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(record)) + "\n")

    def keep_rows(self, made_with: Mapping[str, str]) -> None:
        """Note what else the shapes of each method are made with.

        Raises:
            BadInputError: those of one of them, which lie here already, were made with something else.
        """
        path = self._folder / ROWS_FILE
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        other = next((name for name, what in made_with.items() if known.get(name, what) != what), None)
        if other:
            raise BadInputError(
                f"The row '{other}' in {self._folder} was made with {known[other]}, not {made_with[other]}; "
                "remove that folder, or choose another --output."
            )
        write_whole(path, json.dumps(known | made_with, indent=1).encode())

    def pictures_of(self, key: tuple[str, str, int]) -> Tensor:
        """Return the pictures [V, 3, S, S] of a record that is no failure."""
        with Image.open(self._picture(list(self.records).index(key))) as image:
            sheet = torch.from_numpy(np.asarray(image.convert("RGB")).astype(np.float32) / 255.0)
        size = sheet.shape[0]
        return sheet.view(size, -1, size, 3).permute(1, 3, 0, 2)

    def _picture(self, number: int) -> Path:
        return self._folder / PICTURES / f"{number:05d}.png"

    def _check(self, about: dict[str, Any]) -> None:
        path = self._folder / ABOUT_FILE
        if not path.is_file():
            write_whole(path, json.dumps(about, indent=1).encode())
        elif path.read_text(encoding="utf-8") != json.dumps(about, indent=1):
            raise BadInputError(
                f"{self._folder} holds results of another bundle, other judges or other settings; "
                "remove it, or choose another --output."
            )

    def _read(self) -> Iterator[Record]:
        path = self._folder / RECORDS_FILE
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
        whole = [line for line in lines if line.endswith("\n")]
        if len(whole) < len(lines):  # the last line was cut when the run was stopped
            write_whole(path, "".join(whole).encode())
        for number, line in enumerate(whole, 1):
            try:
                yield _parse(json.loads(line))
            except (ValueError, TypeError, KeyError) as error:
                raise BadInputError(f"{path}, line {number} is damaged ({error}); remove that folder.") from error


def _parse(stored: dict[str, Any]) -> Record:
    health = MeshHealth(**stored.pop("health"))
    colours = tuple((name, share) for name, share in stored.pop("colours"))
    numbers = {name: tuple(stored.pop(name)) for name in ("probabilities", "point_feature", "code")}
    return Record(**stored, health=health, colours=colours, **numbers)
