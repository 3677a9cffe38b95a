"""Timing: of the wall, and of the processor, which tells more on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch


@dataclass(frozen=True)
class Timing:
    """Medians over `repeats` runs: seconds by the wall's clock, and seconds of processor time over all threads."""

    wall_s: float
    cpu_s: float
    repeats: int

    def scaled(self, factor: float) -> Timing:
        """Return the timing of `factor` times the work, an extrapolation."""
        return Timing(self.wall_s * factor, self.cpu_s * factor, self.repeats)

    def __add__(self, other: Timing) -> Timing:
        """Return the timing of both, one after the other."""
        return Timing(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, min(self.repeats, other.repeats))


NOTHING = Timing(0.0, 0.0, 10**6)


def measure(action: Callable[[], Any], repeats: int, device: torch.device, warm_up: bool = True) -> Timing:
    """Run an action a few times and return the medians; the first run is left out where `warm_up`."""
    if warm_up:
        action()
    walls, processors = [], []
    for _ in range(repeats):
        synchronise(device)
        wall, processor = time.perf_counter(), time.process_time()
        action()
        synchronise(device)
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return Timing(median(walls), median(processors), repeats)


def synchronise(device: torch.device) -> None:
    """Wait until a GPU has done what it was given; processors work at once."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
