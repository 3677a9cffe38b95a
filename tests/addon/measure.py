"""Numbers of the add-on in the bpy module, with the real worker: ``python tests/addon/measure.py``.

Prints the time of importing and registering; the longest call of each timer while a shape is generated and while
heavy meshes are captured; and the time from a press to the first mesh. Times of Blender's own thread are processor
time, which other programs do not lengthen; the others are what a person waits.
"""

import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

BPY = __import__("bpy")  # loaded before anything is timed
RUNS = 3


class Longest:
    """Times calls; keeps the processor time and the time on the clock of the longest, in milliseconds."""

    def __init__(self):
        self.processor, self.clock = [], []

    @contextlib.contextmanager
    def timed(self):
        began = time.thread_time(), time.perf_counter()
        yield
        self.processor.append(1e3 * (time.thread_time() - began[0]))
        self.clock.append(1e3 * (time.perf_counter() - began[1]))

    def __str__(self):
        count, median = len(self.processor), statistics.median(self.processor)
        longest = f"{max(self.processor):.1f} ms of processor time ({max(self.clock):.0f} ms on the clock)"
        return f"{count} calls, median {median:.2f} ms, longest {longest}"


def measure_import():
    began, loaded = time.thread_time(), set(sys.modules)
    import iss_blender_addon

    imported = time.thread_time()
    from iss_blender_addon import registration

    registration.register()
    registered = time.thread_time()
    heavy = {"numpy", "torch"} & (set(sys.modules) - loaded)
    iss_blender_addon.unregister()
    print(f"import {1e3 * (imported - began):.1f} ms, with registering {1e3 * (registered - began):.1f} ms; "
          f"brought in: {', '.join(heavy) or 'neither numpy nor torch'}")  # fmt: skip


def measure_generation():
    from addon_fixtures import begin, bpy, registered_with_the_real_worker

    from iss_blender_addon.runtime import BUSY, SOON, runtime

    with registered_with_the_real_worker(Path(tempfile.mkdtemp())):
        runtime().queue.warm_up()
        while runtime().queue.facts is None or not runtime().queue.facts.is_loaded:
            runtime().step()
            time.sleep(BUSY)
        bpy.ops.iss.text_to_shape(prompt="a chair", seed=1, steps=1)  # what only the first one pays
        ticks, firsts, wholes = Longest(), [], []
        for run in range(RUNS):
            for obj in list(bpy.data.objects):
                bpy.data.objects.remove(obj)
            pressed, first = time.perf_counter(), 0.0
            begin(prompt="a red armchair", seed=run)
            while runtime().is_busy:
                with ticks.timed():
                    runtime().step()
                first = first or (time.perf_counter() - pressed if len(bpy.data.objects) else 0.0)
                time.sleep(SOON if runtime().is_delivering else BUSY)
            firsts.append(first)
            wholes.append(time.perf_counter() - pressed)
            vertices = len(bpy.data.objects[0].data.vertices)
        print(f"generating, {vertices:,} vertices: {ticks}")
        print(f"from the press to the first mesh {statistics.median(firsts):.2f} s, "
              f"to the last one {statistics.median(wholes):.1f} s (medians of {RUNS}, warm worker)")  # fmt: skip


def measure_capture(faces):
    from addon_fixtures import bpy

    from iss_blender_addon.learning.capturing import Capturing
    from iss_blender_addon.learning.session import PIECE_S
    from iss_blender_addon.learning.subjects import selected_subjects

    bpy.ops.wm.read_factory_settings(use_empty=True)
    rings = round((faces / 4) ** 0.5)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=2 * rings, ring_count=rings)
    obj = bpy.context.object
    obj.data.color_attributes.new("Color", "BYTE_COLOR", "POINT")
    bpy.context.view_layer.update()
    capturing, ticks = Capturing(selected_subjects(bpy.context), Path(tempfile.mkdtemp()) / "data"), Longest()
    while not capturing.is_over:
        with ticks.timed():
            capturing.advance(PIECE_S)
    triangles = len(obj.data.loop_triangles)
    seconds = sum(ticks.processor) / 1e3
    print(f"capturing {triangles:,} triangles: {ticks}; the first {ticks.processor[0]:.1f} ms; in all {seconds:.1f} s")


if __name__ == "__main__":
    measure_import()
    for faces in (5_000, 25_000, 100_000, 250_000):
        measure_capture(faces)
    measure_generation()
