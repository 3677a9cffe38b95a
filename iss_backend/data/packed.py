"""Packed shapes, and the training samples drawn from them: pictures, points, surface colours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.data.joined import JoinedRows, joined_folders, same_of_all, same_width
from iss_backend.data.kinds import LISTING
from iss_backend.data.packing import ARRAYS, BACKGROUND, FORMAT, ShapeEntry
from iss_backend.data.textures import Paint
from iss_backend.errors import BadInputError
from iss_backend.pixels import pixel_centres

# Pictures that a person would take: from slightly below to 50 degrees above the horizon.
INPUT_ELEVATION = (-0.15, 0.77)  # sine of the elevation


@dataclass(frozen=True)
class Lighting:
    """Lambert light from `direction` [B, 3] (unit, cube axes, towards the light) plus `ambient` [B] in 0..1."""

    direction: Tensor
    ambient: Tensor


class PackedShapes:
    """The arrays that `packing.pack_dataset` wrote, memory-mapped, N shapes with V views of S x S pixels.

    Several folders are read as one set, in their order; so is one folder that `joined.write_joined` wrote.

    Raises:
        BadInputError: a folder holds no packed data set, a damaged one or one of another version, folders differ in
            views, pixels, cells or focal length, or two shapes have the same name.

    """

    def __init__(self, *folders: Path) -> None:
        sets = [(_read_about(folder), folder) for given in folders for folder in joined_folders(given)]
        self.entries = [ShapeEntry.from_json(entry) for about, _ in sets for entry in about["shapes"]]
        self.focal: float = same_of_all([about["focal"] for about, _ in sets], "focal lengths")
        self.grid: int = same_of_all([about["grid"] for about, _ in sets], "grids")
        arrays = [_open_arrays(folder, len(about["shapes"])) for about, folder in sets]
        self._arrays = {name: JoinedRows([part[name] for part in arrays]) for name in arrays[0]}
        _require_own_names(self.entries)
        self.world_mats: np.ndarray = self._arrays["world_mat"].all_rows()
        self.palettes: np.ndarray = same_width([part["palette"] for part in arrays]).astype(np.float32) / 255.0
        self.shares: np.ndarray = same_width([part["palette_share"] for part in arrays])
        self._input_views = self._views_from_above()

    def __len__(self) -> int:
        return len(self.entries)

    def are_made(self, shapes: np.ndarray) -> np.ndarray:
        """Tell which shapes [B] the generator made, bool [B]; the others were captured."""
        return np.array([self.entries[shape].words is not None for shape in shapes], bool)

    def _views_from_above(self) -> list[np.ndarray]:
        rotation, translation = self.world_mats[:, :, :3, :3], self.world_mats[:, :, :3, 3]
        centres = -np.einsum("nvji,nvj->nvi", rotation, translation)
        sine = centres[..., 1] / np.linalg.norm(centres, axis=-1)
        fits = (sine >= INPUT_ELEVATION[0]) & (sine <= INPUT_ELEVATION[1])
        return [np.flatnonzero(row if row.any() else np.ones_like(row)) for row in fits]

    def draw_input_views(self, shapes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw one view index per shape, [B], among those seen from about eye level."""
        return np.array([rng.choice(self._input_views[shape]) for shape in shapes])

    def camera_centres(self, shapes: np.ndarray, views: np.ndarray) -> Tensor:
        """Return the cameras' positions [B, 3] in the cube."""
        world = torch.from_numpy(self.world_mats[shapes, views])
        return -torch.einsum("bji,bj->bi", world[:, :3, :3], world[:, :3, 3])

    def pictures(
        self,
        shapes: np.ndarray,
        views: np.ndarray,
        palettes: Tensor,
        light: Lighting,
        size: int,
        paints: Sequence[Paint | None] = (),
    ) -> tuple[Tensor, Tensor]:
        """Light and colour stored views.

        Args:
            shapes, views: indices [B].
            palettes: sRGB in 0..1, float32 [B, K, 3].
            light: one light per picture.
            size: pixels per side of the result (area-averaged).
            paints: what colours each picture instead of its palette, None where nothing does; pictures past the last
                one keep their palettes.

        Returns:
            Premultiplied RGB [B, 3, size, size] (black outside the shape) and coverage [B, 1, size, size] in 0..1.

        """
        index = torch.from_numpy(self._arrays["colour_index"][shapes, views])
        normal = torch.from_numpy(self._arrays["normal"][shapes, views]).float() / 127.0
        mask = index != BACKGROUND
        flat = index.clamp(max=palettes.shape[1] - 1).long().flatten(1)
        albedo = palettes.gather(1, flat[..., None].expand(-1, -1, 3)).view(*index.shape, 3)
        for row, paint in enumerate(paints):
            if paint is not None:
                seen = mask[row]
                points = self._seen_points(shapes[row], views[row], seen)
                albedo[row, seen] = paint(points, functional.normalize(normal[row, seen], dim=-1), albedo[row, seen])
        cosine = torch.einsum("bhwd,bd->bhw", normal, light.direction).clamp(min=0.0)
        ambient = light.ambient[:, None, None]
        shade = (ambient + (1.0 - ambient) * cosine) * mask
        layers = torch.cat([albedo * shade[..., None], mask[..., None].float()], dim=-1).permute(0, 3, 1, 2)
        # Channels last, PyTorch 2.13 has crashed in the backward pass of narrow convolutions on a processor with AVX2.
        layers = functional.adaptive_avg_pool2d(layers, size).contiguous()
        return layers[:, :3], layers[:, 3:]

    def _seen_points(self, shape: int, view: int, seen: Tensor) -> Tensor:
        """Return the points [P, 3] in the cube that the chosen pixels, bool [S, S], of one view show."""
        depth = torch.from_numpy(self._arrays["depth"][shape, view].astype(np.float32))[seen]
        depth = torch.where(depth.isfinite(), depth, 0.0)  # pixels of the mask whose depth was lost
        row, column = seen.nonzero(as_tuple=True)
        pixel = pixel_centres(torch.stack([column, row], dim=-1), len(seen))
        camera = torch.cat([pixel / self.focal, torch.ones(len(depth), 1)], dim=-1) * depth[:, None]
        world = torch.from_numpy(self.world_mats[shape, view])
        return (camera - world[:3, 3]) @ world[:3, :3]

    def surface_samples(
        self, shapes: np.ndarray, palettes: Tensor, rng: np.random.Generator, count: int, evenness: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Draw seen surface points [B, count, 3] and their albedo [B, count, 3] under the given palettes.

        A colour that covers the share s of a shape is drawn in proportion to s^(1 - evenness): at 0 as often as it is
        seen, at 1 as often as any other, so that the keys of a telephone count as much as its case.
        """
        stored = self._arrays["surface_point"]
        if evenness > 0.0:
            chosen = self._evenly_coloured(shapes, rng, count, evenness)
        else:
            chosen = rng.integers(0, stored.shape[1], (len(shapes), count))
        points = torch.from_numpy(stored[shapes[:, None], chosen]).float()
        index = torch.from_numpy(self._arrays["surface_colour"][shapes[:, None], chosen]).long()
        colours = palettes.gather(1, index[..., None].expand(-1, -1, 3))
        return points, colours

    def _evenly_coloured(self, shapes: np.ndarray, rng: np.random.Generator, count: int, evenness: float) -> np.ndarray:
        """Return the numbers [B, count] of surface points, drawn in proportion to s^-evenness each."""
        index = self._arrays["surface_colour"][shapes].astype(np.int64)
        weights = np.maximum(self.shares[shapes], 1.0 / index.shape[1]) ** -evenness  # of each colour, used or not
        reached = np.cumsum(np.take_along_axis(weights, index, axis=1), axis=1)
        drawn = rng.random((len(shapes), count)) * reached[:, -1:]
        return np.stack([np.searchsorted(row, values) for row, values in zip(reached, drawn, strict=True)])

    def surface(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return all stored surface points [Q, 3] of one shape, and their palette indices [Q]."""
        return self._arrays["surface_point"][number], self._arrays["surface_colour"][number]

    def background_points(self, batch: int, count: int, depth: float, rng: np.random.Generator) -> Tensor:
        """Return points [batch, count, 3] at `depth` along captured rays that miss their shape."""
        shapes, views = rng.integers(0, len(self), batch), rng.integers(0, self.world_mats.shape[1], batch)
        missed = torch.from_numpy(self._arrays["colour_index"][shapes, views] == BACKGROUND)
        size = missed.shape[1]
        chosen = torch.multinomial(missed.flatten(1).float(), count, replacement=True, generator=_generator(rng))
        pixel = pixel_centres(torch.stack([chosen % size, chosen // size], dim=-1), size)
        camera = torch.cat([pixel / self.focal, torch.ones(batch, count, 1)], dim=-1) * depth
        world = torch.from_numpy(self.world_mats[shapes, views])
        return torch.einsum("bji,bpj->bpi", world[:, :3, :3], camera - world[:, None, :3, 3])

    def occupancy_grids(self, shapes: np.ndarray) -> Tensor:
        """Return the carved cells, bool [B, G, G, G], indexed x, y, z."""
        bits = np.unpackbits(self._arrays["occupancy"][shapes], axis=1)
        return torch.from_numpy(bits.astype(bool)).view(-1, self.grid, self.grid, self.grid)

    def occupancy_at(self, shapes: np.ndarray, points: Tensor) -> Tensor:
        """Return 0/1 occupancy float32 [B, P] of the carved cells that hold points [B, P, 3]; 0 outside the cube."""
        return self._cells_at("occupancy", shapes, points)

    def sturdy_at(self, shapes: np.ndarray, points: Tensor) -> Tensor:
        """Return the same with thin parts made sturdy (`thin_parts.sturdy`)."""
        return self._cells_at("sturdy", shapes, points)

    def points_at_rods(self, shapes: np.ndarray, rng: np.random.Generator, count: int) -> Tensor:
        """Draw points [B, count, 3] in cells of rods, made sturdy; anywhere in the cube where there are none."""
        rods = np.unpackbits(self._arrays["rods"][shapes], axis=1)
        cells = [np.flatnonzero(row) if row.any() else np.arange(self.grid**3) for row in rods]
        drawn = np.stack([rng.choice(row, count) for row in cells])
        corners = np.stack(np.unravel_index(drawn, (self.grid,) * 3), axis=-1)
        inside = rng.random(corners.shape, dtype=np.float32)
        return torch.from_numpy((corners + inside).astype(np.float32) / self.grid - 0.5)

    def _cells_at(self, name: str, shapes: np.ndarray, points: Tensor) -> Tensor:
        cell = ((points + 0.5) * self.grid).floor().long()
        inside = ((cell >= 0) & (cell < self.grid)).all(dim=-1)
        x, y, z = cell.clamp(0, self.grid - 1).unbind(dim=-1)
        flat = ((x * self.grid + y) * self.grid + z).numpy()
        byte = self._arrays[name][shapes[:, None], flat >> 3]
        bit = (byte >> (7 - (flat & 7)).astype(np.uint8)) & 1
        return torch.from_numpy(bit.astype(np.float32)) * inside


def _read_about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        version = about.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise BadInputError(f"{folder} is no packed data set; make one with 'data pack'.") from error
    if version != FORMAT:
        raise BadInputError(f"{folder} was packed by another version; pack the captures again with 'data pack'.")
    return about


def _require_own_names(entries: Sequence[ShapeEntry]) -> None:
    """Refuse two shapes of one name: a bundle finds the code of a shape by it."""
    twice = next((name for name, count in Counter(entry.full_name for entry in entries).items() if count > 1), None)
    if twice:
        raise BadInputError(
            f"Two packed shapes are called '{twice}', and codes are found by names; rename the folder of one capture, "
            "and pack it again."
        )


def _open_arrays(folder: Path, count: int) -> dict[str, np.ndarray]:
    """Open the arrays of a packed folder, which lists `count` shapes."""
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    except (OSError, ValueError, EOFError) as error:
        raise BadInputError(f"The pack in {folder} is damaged ({error}); copy it, or pack it, again.") from error
    wrong = [name for name, array in arrays.items() if len(array) != count]
    if wrong:
        raise BadInputError(
            f"The pack in {folder} is damaged: it lists {count} shapes, but '{wrong[0]}.npy' holds "
            f"{len(arrays[wrong[0]])}; copy it, or pack it, again."
        )
    return arrays


def _generator(rng: np.random.Generator) -> torch.Generator:
    return torch.Generator().manual_seed(int(rng.integers(2**63)))


def random_lighting(to_camera: Tensor, generator: torch.Generator) -> Lighting:
    """Draw a light near the camera for each picture, given unit directions towards the cameras [B, 3]."""
    offset = 0.5 * torch.randn(to_camera.shape, generator=generator)
    ambient = 0.35 + 0.3 * torch.rand(len(to_camera), generator=generator)
    return Lighting(functional.normalize(to_camera + offset, dim=-1), ambient)
