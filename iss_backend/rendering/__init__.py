"""Differentiable pictures of occupancy and colour fields."""

from iss_backend.rendering.cameras import Cameras, orbit_cameras, random_cameras, turntable_cameras
from iss_backend.rendering.occupancy_grid import OccupancyGrid, build_occupancy_grid
from iss_backend.rendering.renderer import Rendering, RenderSettings, render

__all__ = [
    "Cameras",
    "OccupancyGrid",
    "RenderSettings",
    "Rendering",
    "build_occupancy_grid",
    "orbit_cameras",
    "random_cameras",
    "render",
    "turntable_cameras",
]
