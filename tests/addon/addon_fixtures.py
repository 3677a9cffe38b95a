"""A worker that does what a test tells it, for the registered add-on of conftest.py; skips without bpy."""

import contextlib
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="iss_blender_"))
bpy = pytest.importorskip("bpy")

# Runs the real worker; another one than Blender's where that has no torch (docs/ARCHITECTURE.md, Blender versions).
BACKEND_PYTHON = Path(os.environ.get("ISS_TEST_BACKEND_PYTHON", sys.executable))

# A box of 1 x 2 x 4 in the cube's axes: x 0..1, y (up) 0..4, z (front) 0..2.
CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 4) for z in (0, 2)], np.float32)
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
TRIANGLES = np.array([(q[0], q[i], q[i + 1]) for q in QUADS for i in (1, 2)], np.int32)
PICTURE = np.arange(8 * 8 * 4, dtype=np.uint8).reshape(8, 8, 4)
COLOURS = np.arange(24, dtype=np.uint8).reshape(8, 3) * 10


@dataclass(frozen=True, eq=False)
class FakeEvent:
    type: str
    id: int | None
    header: dict = field(default_factory=dict)
    arrays: dict = field(default_factory=dict)


def mesh_arrays(scale=1.0):
    return {"vertices": CORNERS * np.float32(scale), "faces": TRIANGLES, "colours": COLOURS}


def done(number, text="a box", **facts):
    facts = {"text": text, "seed": 5, "bundle": "tiny", "settings": {"tau_2": 1.0}, "scores": {"final": 0.3}} | facts
    shape = {"shape": np.frombuffer(b"shape of " + text.encode(), np.uint8), "picture": PICTURE}
    return FakeEvent("done", number, {"seconds": 0.5, **facts}, mesh_arrays() | shape)


class FakeClient:
    """Answers a job with the events that `answer(number, job)` gives; by default with a finished box."""

    def __init__(self):
        self.jobs, self.arrays, self.cancelled, self.events = [], [], [], []
        self.was_killed = self.was_started = False
        self.answer = lambda number, job: [done(number, job.get("text", ""))]

    def start(self):
        self.was_started = True

    def submit(self, job, arrays=None):
        self.jobs.append(job)
        self.arrays.append(arrays)
        self.events += self.answer(len(self.jobs), job)
        return len(self.jobs)

    def cancel(self, number):
        self.cancelled.append(number)

    def poll(self):
        events, self.events = self.events, []
        return events

    def kill(self):
        self.was_killed = True

    def tell(self, type_, number=None, arrays=None, **header):
        self.events.append(FakeEvent(type_, number or len(self.jobs), header, arrays or {}))


def begin(**choices):
    """Start a generation as the button in a window does: without waiting for it."""
    from iss_blender_addon.operators.text_to_shape import new_generation
    from iss_blender_addon.runtime import runtime
    from iss_blender_addon.settings import choices_of

    settings = bpy.context.scene.iss_generate
    generation = new_generation(bpy.context.scene, choices_of(settings) | {"prompt": "a box"} | choices)
    runtime().begin(generation)
    runtime().step()
    return generation


def step():
    """Look at the worker, and again while meshes are in the making."""
    from iss_blender_addon.runtime import runtime

    runtime().step()
    while runtime().is_delivering:
        runtime().step()


def previewed(client, **choices):
    """Start a generation, let the silent client send a first mesh, and return the preview that shows it."""
    begin(**choices)
    client.tell("mesh", arrays=mesh_arrays())
    step()
    (obj,) = (obj for obj in bpy.data.objects if obj.iss_shape.preview_of)
    return obj


def linked(obj, file):
    """Write an object to a file, and return it as it comes when it is linked from there, beside the local one."""
    bpy.data.libraries.write(str(file), {obj})
    with bpy.data.libraries.load(str(file), link=True) as (_, wanted):
        wanted.objects = [obj.name]
    (found,) = wanted.objects
    bpy.context.scene.collection.objects.link(found)
    assert (found.name, found.is_editable) == (obj.name, False)
    return found


def overridden(obj, file):
    """Write an object with its collection to a file, and return it as a library override of that in an empty file."""
    (collection,), name = obj.users_collection, obj.name
    bpy.data.libraries.write(str(file), {collection})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(file), link=True) as (found, wanted):
        wanted.collections = found.collections
    wanted.collections[0].override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    (made,) = [one for one in bpy.context.scene.objects if one.name == name]
    assert made.override_library is not None
    return made


def copied(obj):
    """Return a copy of an object and its mesh, as Shift+D makes it."""
    copy = obj.copy()
    copy.data = obj.data.copy()
    bpy.context.scene.collection.objects.link(copy)
    return copy


def choose(obj):
    """Select an object alone, as the active one."""
    bpy.context.view_layer.update()
    for other in bpy.context.view_layer.objects:
        other.select_set(other == obj)
    bpy.context.view_layer.objects.active = obj


@contextlib.contextmanager
def registered_with_the_real_worker(folder):
    """Register the add-on in an empty file; its worker runs in the backend's Python, its files lie in `folder`."""
    import iss_blender_addon
    from iss_blender_addon.setup import connection
    from iss_blender_addon.setup.backend import Backend
    from iss_blender_addon.worker.client import WorkerClient

    backend = Backend(BACKEND_PYTHON, Path(__file__).parents[2], device="cpu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            connection, "make_client", lambda: WorkerClient(backend.command, folder / "log", backend.environment)
        )
        patch.setattr(connection, "backend_problem", lambda: "")
        patch.setattr("iss_blender_addon.history.history_file", lambda: folder / "history.json")
        bpy.ops.wm.read_factory_settings(use_empty=True)
        iss_blender_addon.register()
        yield
        iss_blender_addon.unregister()
