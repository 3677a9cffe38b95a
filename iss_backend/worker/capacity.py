"""How much memory jobs need, and for how many of them at once this machine has room."""

from __future__ import annotations

import torch

from iss_backend.memory import available_memory
from iss_backend.meshing.settings import RESOLUTIONS, MeshSettings
from iss_backend.pipeline import TextToShape
from iss_backend.worker.orders import Order

ROOM_GB = 0.8  # of one process that generates and meshes at 128^3 (0.72 measured)
MESH_GB = 0.06  # of a mesh at 128^3; grows with the samples (0.44 measured at 256^3, 1.5 at 384^3)
MOST_OF_THE_FREE = 0.5  # share of the machine's free memory that mates may take where no limit is given


def room_gb(resolution: int) -> float:
    """Return the GB of a process that generates and meshes at a resolution."""
    return ROOM_GB + MESH_GB * max(0.0, (resolution / MeshSettings().resolution) ** 3 - 1.0)


def most_at_once(studio: TextToShape, resolution: int = MeshSettings().resolution) -> int:
    """Return how many jobs can go on at once: one a core where there is memory for so many, one alone on a GPU.

    This process meshes at `resolution`, the others as coarsely as 128^3 or not at all.
    """
    if studio.device.type != "cpu" or studio.folder is None:
        return 1
    mates = int((_memory_gb(studio) - room_gb(resolution)) / ROOM_GB)
    return max(1, min(torch.get_num_threads(), 1 + mates))


def equal_room(studio: TextToShape, at_once: int) -> float:
    """Return the GB of each of so many processes."""
    return _memory_gb(studio) / at_once


def _memory_gb(studio: TextToShape) -> float:
    """Return what this process and its mates may use together."""
    if studio.memory_limit is not None:
        return studio.memory_limit
    return ROOM_GB + MOST_OF_THE_FREE * available_memory()


def needed_gb(order: Order) -> float:
    """Return the room that an order needs; what is wrong in it is told by whoever does it."""
    resolution = order.frame.header.get("resolution")
    if type(resolution) is not int or order.frame.header.get("shape_only"):
        return ROOM_GB
    return room_gb(min(resolution, RESOLUTIONS[1]))
