"""A person's own captured shapes, as learning sees them: what is packed, painted, pictured and said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.data.captions import caption, name_words, noun_choices
from iss_backend.data.colour_names import palette_colours
from iss_backend.data.kinds import is_packed
from iss_backend.data.packed import PackedShapes
from iss_backend.data.packing import ShapeEntry, pack_dataset
from iss_backend.data.recolour import recolour
from iss_backend.data.vocabulary import find_thing
from iss_backend.data.word_captions import described_caption
from iss_backend.progress import ProgressCallback
from iss_backend.training.pictures import input_pictures

PACKED = "packed"
SMALLEST_SHARE = 0.01  # of a palette entry that a caption may name
ITEMS_TOGETHER = 64  # whose pictures are in memory at a time


@dataclass(frozen=True)
class OwnShapes:
    """I items: every captured shape in its own colours, and `variants` recoloured ones of each.

    Attributes:
        shapes: the packed captures.
        numbers: the shape of each item [I]; those in own colours come first, in order.
        palettes: the colours of each item in 0..1, float32 [I, K, 3].
    """

    shapes: PackedShapes
    numbers: np.ndarray
    palettes: Tensor

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the shapes as a bundle lists them."""
        return tuple(entry.full_name for entry in self.shapes.entries)

    def parts(self) -> list[np.ndarray]:
        """Return the numbers of all items, in order, so many at a time as need little memory."""
        return np.split(np.arange(len(self)), range(ITEMS_TOGETHER, len(self), ITEMS_TOGETHER))

    def pictures(self, items: np.ndarray, rng: np.random.Generator, size: int) -> Tensor:
        """Return a picture of each item from about eye level, lit at random, on white, [B, 3, size, size]."""
        return input_pictures(self.shapes, self.numbers[items], self.palettes[torch.from_numpy(items)], rng, size)

    def captions(self, items: np.ndarray, rng: np.random.Generator) -> list[str]:
        """Draw a text for each item, from its name, its words where there are any, and its colours."""
        return [self._caption(int(item), rng) for item in items]

    def _caption(self, item: int, rng: np.random.Generator) -> str:
        number = self.numbers[item]
        entry, share = self.shapes.entries[number], self.shapes.shares[number]
        used = share > SMALLEST_SHARE
        palette = (self.palettes[item].numpy()[used] * 255.0).astype(np.uint8)
        colours = palette_colours(palette, share[used])
        own = item < len(self.shapes)
        if entry.words is not None:
            return described_caption(entry.words, colours, own, rng)
        return caption(own_nouns(entry, recoloured=not own), colours, rng)


def own_nouns(entry: ShapeEntry, recoloured: bool = False) -> Sequence[str]:
    """Return what a shape may be called: its name as it is written, and what the vocabulary knows of it."""
    words = name_words(entry.name)
    known = noun_choices(entry.group, entry.name, entry.category, recoloured) if find_thing(words) else []
    written = [" ".join(words)] if words and not (recoloured and known) else []
    return list(dict.fromkeys([*written, *known])) or noun_choices(entry.group, entry.name, entry.category)


def read_own_shapes(dataset: Path, work: Path, variants: int, seed: int, report: ProgressCallback) -> OwnShapes:
    """Read a packed data set, or pack a folder of captures into `work`.

    Raises:
        BadInputError: there is neither, or nothing of it can be used.
    """
    packed = dataset if is_packed(dataset) else work / PACKED
    if not is_packed(packed):
        pack_dataset(dataset, packed, None, report, workers=0)
    shapes = PackedShapes(packed)
    numbers, palettes = [np.arange(len(shapes))], [torch.from_numpy(shapes.palettes)]
    rng = np.random.default_rng(seed)
    for _ in range(variants):
        painted = [recolour(shapes.palettes[i], shapes.shares[i], rng, 0.0) for i in range(len(shapes))]
        numbers.append(numbers[0])
        palettes.append(torch.from_numpy(np.stack(painted).astype(np.float32)))
    return OwnShapes(shapes, np.concatenate(numbers), torch.cat(palettes))
