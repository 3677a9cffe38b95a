"""Differentiable pictures of occupancy and colour fields."""

from iss_backend.rendering.cameras import Cameras, orbit_cameras, random_cameras, turntable_cameras
from iss_backend.rendering.occupancy_grid import OccupancyGrid, build_occupancy_grid, cell_logits, grid_of_logits
from iss_backend.rendering.renderer import Rendering, RenderSettings, render

__all__ = [
    "Cameras",
    "OccupancyGrid",
    "RenderSettings",
    "Rendering",
    "build_occupancy_grid",
    "cell_logits",
    "grid_of_logits",
    "orbit_cameras",
    "random_cameras",
    "render",
    "turntable_cameras",
]
