"""What a capture is asked to do; needs no Blender, so that the command can explain itself without one."""

from __future__ import annotations

from dataclasses import dataclass

ENGINES = ("raycast", "cycles")
MESH_SUFFIXES = (".ply", ".obj", ".stl", ".glb", ".gltf", ".fbx")


@dataclass(frozen=True)
class CaptureSettings:
    """How a shape is looked at.

    Attributes:
        views: cameras around it.
        size: pixels per side of the square pictures.
        seed: shifts the start azimuth.
        engine: where `image/` comes from: "raycast" (lit from the camera, about ten times faster) or "cycles".
    """

    views: int = 24
    size: int = 96
    seed: int = 0
    engine: str = "raycast"
