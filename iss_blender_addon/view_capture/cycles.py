"""Pictures of the same views by Cycles: slower than ray casting, with the materials as they really look."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

import bpy
import numpy as np
from mathutils import Matrix

from .cameras import FOCAL, Camera
from .surface import CAMERA_DISTANCE

SAMPLES = 16
SENSOR_WIDTH = 32.0  # millimetres; FOCAL is given in halves of it
SUN_STRENGTH, SKY_STRENGTH = 0.6 * np.pi, 0.4  # a white surface that faces the camera is just white
# Blender's cameras look along -z with y up, ours along +z with y down.
FLIP = np.diag([1.0, -1.0, -1.0, 1.0])


class CyclesRenderer:
    """Renders objects of the open file in a temporary scene; a context manager that leaves nothing behind.

    Raises:
        RuntimeError: this Blender has no Cycles.
    """

    def __init__(self, objects: list[bpy.types.Object], to_cube: np.ndarray) -> None:
        """Prepare to render `objects` as seen in the cube, to which `to_cube` [4, 4] brings Blender's world."""
        self._objects, self._to_cube = objects, to_cube

    def __enter__(self) -> CyclesRenderer:
        self._had_result = "Render Result" in bpy.data.images
        self._folder = tempfile.TemporaryDirectory(prefix="iss_capture_", dir=bpy.app.tempdir)
        self._scene = bpy.data.scenes.new("ISS capture")
        self._world = bpy.data.worlds.new("ISS capture")
        self._camera = bpy.data.objects.new("ISS camera", bpy.data.cameras.new("ISS camera"))
        self._sun = bpy.data.objects.new("ISS sun", bpy.data.lights.new("ISS sun", "SUN"))
        try:
            self._fill_scene()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        bpy.data.scenes.remove(self._scene)
        bpy.data.worlds.remove(self._world)
        for obj, owner in ((self._camera, bpy.data.cameras), (self._sun, bpy.data.lights)):
            data = obj.data
            bpy.data.objects.remove(obj)
            owner.remove(data)
        if not self._had_result and "Render Result" in bpy.data.images:
            bpy.data.images.remove(bpy.data.images["Render Result"])
        self._folder.cleanup()

    def picture(self, camera: Camera, size: int) -> np.ndarray:
        """Return sRGB and coverage in 0..1, [size, size, 4], top row first, straight alpha."""
        render = self._scene.render
        render.resolution_x = render.resolution_y = size
        render.filepath = str(Path(self._folder.name) / "view.png")
        self._place(camera)
        bpy.ops.render.render(write_still=True, scene=self._scene.name)
        return _load_picture(render.filepath, size)

    def _fill_scene(self) -> None:
        for obj in (*self._objects, self._camera, self._sun):
            self._scene.collection.objects.link(obj)
        self._scene.camera, self._scene.world = self._camera, self._world
        lens = self._camera.data
        lens.sensor_fit, lens.sensor_width, lens.lens = "HORIZONTAL", SENSOR_WIDTH, FOCAL * SENSOR_WIDTH / 2.0
        lens.clip_start, lens.clip_end = self._unscaled(0.1), self._unscaled(2.0 * CAMERA_DISTANCE)
        self._sun.data.energy, self._sun.data.use_shadow = SUN_STRENGTH, False
        _set_sky(self._world)
        _set_output(self._scene)

    def _unscaled(self, length: float) -> float:
        """Turn a length in the cube into one in Blender's world."""
        return length / float(np.linalg.norm(self._to_cube[:3, 0]))

    def _place(self, camera: Camera) -> None:
        """Put the camera, and the sun that shines along its axis, where `camera` is in the cube."""
        seen = np.linalg.inv(self._to_cube) @ np.linalg.inv(camera.world_mat) @ FLIP
        seen[:3, :3] /= np.linalg.norm(seen[:3, :3], axis=0)
        self._camera.matrix_world = Matrix(seen.tolist())
        self._sun.matrix_world = Matrix(seen.tolist())


def on_white(picture: np.ndarray) -> np.ndarray:
    """Composite a straight-alpha picture [S, S, 4] on white, [S, S, 3]."""
    return picture[..., :3] * picture[..., 3:] + (1.0 - picture[..., 3:])


def _set_sky(world: bpy.types.World) -> None:
    """Light evenly from all sides."""
    if world.node_tree is None:  # Blender before 5.0 starts without nodes
        world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    nodes.clear()
    sky, output = nodes.new("ShaderNodeBackground"), nodes.new("ShaderNodeOutputWorld")
    sky.inputs[0].default_value, sky.inputs[1].default_value = (1.0, 1.0, 1.0, 1.0), SKY_STRENGTH
    links.new(sky.outputs[0], output.inputs[0])


def _set_output(scene: bpy.types.Scene) -> None:
    try:
        scene.render.engine = "CYCLES"
    except TypeError as error:
        raise RuntimeError("this Blender has no Cycles; enable its add-on or use the engine raycast") from error
    scene.cycles.device, scene.cycles.samples, scene.cycles.seed = "CPU", SAMPLES, 0
    scene.cycles.use_denoising = scene.cycles.use_adaptive_sampling = False
    scene.render.film_transparent, scene.render.resolution_percentage = True, 100
    scene.render.use_persistent_data = True
    scene.view_settings.view_transform = "Standard"
    if hasattr(scene.render.image_settings, "media_type"):  # Blender 5.0 and later
        scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"


def _load_picture(path: str, size: int) -> np.ndarray:
    image = bpy.data.images.load(path)
    try:
        pixels = np.zeros(size * size * 4, np.float32)
        image.pixels.foreach_get(pixels)
    finally:
        bpy.data.images.remove(image)
    return pixels.reshape(size, size, 4)[::-1].astype(np.float64)
