"""Captures of a person's scene: what counts, what stays untouched, cancelling, Cycles."""

import numpy as np
import pytest
from PIL import Image
from view_capture_shapes import L_BOXES, Matrix, boxes, bpy, clear_scene, paint, principled, unit_cube

from iss_blender_addon.view_capture.cameras import sphere_cameras
from iss_blender_addon.view_capture.capture import CaptureSettings, capture_objects
from iss_blender_addon.view_capture.cycles import CyclesRenderer
from iss_blender_addon.view_capture.dataset_writer import is_complete
from iss_blender_addon.view_capture.raycast import RayCaster
from iss_blender_addon.view_capture.surface import CAMERA_DISTANCE, EmptySurfaceError, surface_of

pytestmark = pytest.mark.blender
SMALL = CaptureSettings(views=3, size=24)


@pytest.fixture(autouse=True)
def empty_scene():
    clear_scene()


def surface(*objects):
    return surface_of(list(objects), bpy.context.evaluated_depsgraph_get())


def area(found):
    """World-space area of a surface."""
    a, b, c = found.corners.transpose(1, 0, 2)
    scale = np.linalg.norm(found.to_cube[:3, 0])
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2 / scale**2


def box_area(found):
    """Side lengths of the world-space bounding box, sorted."""
    scale = np.linalg.norm(found.to_cube[:3, 0])
    return np.sort(np.ptp(found.corners, axis=(0, 1)) / scale)


def test_modifiers_are_applied():
    obj = unit_cube()
    array = obj.modifiers.new("array", "ARRAY")
    array.count, array.relative_offset_displace = 3, (2, 0, 0)
    found = surface(obj)
    assert len(found.corners) == 36
    assert np.allclose(box_area(found), (2, 2, 10), atol=1e-4)


def test_mirrored_and_several_objects_are_put_together():
    left, right = unit_cube("left"), unit_cube("right")
    right.location, right.scale = (4, 0, 0), (-1, 1, 1)
    assert np.allclose(box_area(surface(left, right)), (2, 2, 6), atol=1e-5)
    assert np.allclose(box_area(surface(right)), (2, 2, 2), atol=1e-5)


def test_a_mirrored_l_is_the_mirror_image():
    obj = boxes(L_BOXES)
    plain = surface(obj).corners.reshape(-1, 3)
    obj.scale = (-1, 1, 1)
    assert np.allclose(surface(obj).corners.reshape(-1, 3) * (-1, 1, 1), plain, atol=1e-6)


def test_collection_instances_count_with_their_matrices():
    cube = unit_cube()
    collection = bpy.data.collections.new("kit")
    collection.objects.link(cube)
    bpy.context.scene.collection.objects.unlink(cube)
    empties = []
    for x in (0, 5):
        empty = bpy.data.objects.new("instance", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", collection
        empty.location, empty.scale = (x, 0, 0), (1, 1, 2)
        bpy.context.scene.collection.objects.link(empty)
        empties.append(empty)
    assert np.allclose(box_area(surface(*empties)), (2, 4, 7), atol=1e-5)
    assert np.allclose(box_area(surface(empties[1])), (2, 2, 4), atol=1e-5)
    with pytest.raises(EmptySurfaceError, match="no visible object"):
        surface(cube)  # the source itself is not in the scene


def test_geometry_nodes_instances_count():
    holder, source = unit_cube("holder"), unit_cube("source")
    tree = bpy.data.node_groups.new("nodes", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    start, end = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    scatter, info = tree.nodes.new("GeometryNodeInstanceOnPoints"), tree.nodes.new("GeometryNodeObjectInfo")
    info.inputs[0].default_value = source
    info.inputs["As Instance"].default_value = True
    tree.links.new(start.outputs[0], scatter.inputs["Points"])
    tree.links.new(info.outputs["Geometry"], scatter.inputs["Instance"])
    tree.links.new(scatter.outputs[0], end.inputs[0])
    holder.modifiers.new("nodes", "NODES").node_group = tree
    found = surface(holder)
    assert len(found.corners) == 8 * 12  # a cube on each corner, and no longer the holder's own faces
    assert np.allclose(box_area(found), (4, 4, 4), atol=1e-5)


def test_curves_texts_and_metaballs_count_once():
    bpy.ops.curve.primitive_nurbs_circle_add(radius=2)
    ring = bpy.context.object
    ring.data.bevel_depth = 0.05
    assert area(surface(ring)) == pytest.approx(4 * np.pi**2 * 2 * 0.05, rel=0.1)  # twice that, if counted twice
    bpy.ops.object.metaball_add(radius=1)
    assert len(surface(bpy.context.object).corners) > 20
    bpy.ops.object.text_add()
    bpy.context.object.data.extrude = 0.1
    assert box_area(surface(bpy.context.object))[0] == pytest.approx(0.2, abs=1e-4)


def test_hidden_objects_are_ignored():
    shown, hidden, unrendered, disabled = (unit_cube(name) for name in "abcd")
    for place, obj in enumerate((hidden, unrendered, disabled), 1):
        obj.location = (9 * place, 0, 0)
    hidden.hide_set(True)
    unrendered.hide_render = disabled.hide_viewport = True
    assert np.allclose(box_area(surface(shown, hidden, unrendered, disabled)), (2, 2, 2), atol=1e-5)
    with pytest.raises(EmptySurfaceError, match="no visible object"):
        surface(hidden, unrendered, disabled)


def test_objects_without_faces_are_refused_clearly():
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT"))
    bpy.context.scene.collection.objects.link(lamp)
    with pytest.raises(EmptySurfaceError, match="no face"):
        surface(lamp)
    flat = unit_cube()
    flat.scale = (0, 0, 1)
    with pytest.raises(EmptySurfaceError, match="no face"):
        surface(flat)
    with pytest.raises(EmptySurfaceError):
        surface()


def test_a_vertex_that_is_not_finite_is_refused():
    obj = unit_cube()
    obj.data.vertices[0].co.x = np.nan
    with pytest.raises(EmptySurfaceError, match="finite"):
        surface(obj)


def test_progress_reports_each_view(tmp_path):
    seen = []
    capture_objects([unit_cube()], tmp_path / "x", {"name": "x"}, SMALL, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert is_complete(tmp_path / "x")


@pytest.mark.parametrize("engine", ["raycast", "cycles"])
def test_cancelling_leaves_nothing_behind_not_even_an_older_capture(tmp_path, engine):
    class StopError(Exception):
        pass

    def stop(done, total):
        if done == 2:
            raise StopError

    folder = tmp_path / "x"
    capture_objects([unit_cube()], folder, {"name": "x"}, SMALL)
    before = data_names()
    with pytest.raises(StopError):
        capture_objects([unit_cube("y")], folder, {"name": "x"}, CaptureSettings(3, 24, 0, engine), stop)
    assert not folder.exists()
    after = data_names()
    assert after.pop("objects") == sorted([*before.pop("objects"), "y"])
    assert after.pop("meshes") == sorted([*before.pop("meshes"), "y"])
    assert after == before


def test_capturing_again_with_fewer_views_leaves_no_old_pictures(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "notes.txt").write_text("mine")
    for views in (4, 2):
        capture_objects([unit_cube()], tmp_path / "x", {"name": "x"}, CaptureSettings(views, 16))
    assert len(list((tmp_path / "x" / "image").iterdir())) == 2
    assert (tmp_path / "x" / "notes.txt").read_text() == "mine"


def data_names():
    kinds = ("objects", "meshes", "scenes", "worlds", "cameras", "lights", "images", "materials", "node_groups")
    return {kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in kinds}


def moved_l():
    obj = boxes(L_BOXES)
    obj.matrix_world = Matrix.Translation((5, 6, 7)) @ Matrix.Rotation(0.4, 4, "X") @ Matrix.Diagonal((-20, 20, 30, 1))
    bpy.context.view_layer.update()
    return obj


def test_cycles_sees_just_what_the_rays_see():
    obj = moved_l()
    found = surface(obj)
    caster = RayCaster(found)
    with CyclesRenderer([obj], found.to_cube) as renderer:
        for camera in sphere_cameras(4, CAMERA_DISTANCE, np.random.default_rng(1)):
            mask = caster.view(camera, 64).mask
            alpha = renderer.picture(camera, 64)[..., 3]
            assert ((alpha > 0.5) == mask).mean() > 0.98
            union = ((alpha > 0.5) | mask).sum()
            assert ((alpha > 0.5) & mask).sum() / union > 0.95


def test_cycles_captures_leave_the_scene_untouched_and_share_all_but_the_image(tmp_path):
    obj = paint(moved_l(), "FLOAT_COLOR", "POINT", np.array([0.8, 0.2, 0.2]))
    principled(obj)[0].inputs[0].default_value = (0.6, 0.03, 0.03, 1)
    scene, before = bpy.context.scene, data_names()
    place = obj.matrix_world.copy()
    for engine in ("raycast", "cycles"):
        capture_objects([obj], tmp_path / engine, {"name": "l"}, CaptureSettings(2, 32, 0, engine))
    assert data_names() == before
    assert bpy.context.scene == scene
    assert obj.matrix_world == place
    assert list(obj.users_scene) == [scene]
    first, second = ({p.relative_to(tmp_path / e): p.read_bytes() for p in (tmp_path / e).rglob("*.*") if p.is_file()}
                     for e in ("raycast", "cycles"))  # fmt: skip
    assert first.keys() == second.keys()
    assert {path.parts[0] for path in first if first[path] != second[path]} == {"image"}
    lit, mask = (np.asarray(Image.open(tmp_path / "cycles" / kind / "0000.png")) for kind in ("image", "mask"))
    assert (lit[0, 0] == 255).all()  # white background
    red, green, _ = lit[mask > 0].mean(axis=0)
    assert red > 2 * green
