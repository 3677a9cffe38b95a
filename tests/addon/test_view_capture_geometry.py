"""Depth, cameras and axes against surfaces whose distance can be computed by hand."""

import numpy as np
import pytest
from view_capture_shapes import L_BOXES, ball, boxes, bpy, clear_scene, mesh_object, principled, unit_cube

from iss_blender_addon.view_capture.cameras import FOCAL, look_at_origin, sphere_cameras
from iss_blender_addon.view_capture.raycast import RayCaster
from iss_blender_addon.view_capture.surface import (
    CAMERA_DISTANCE,
    HALF_DIAGONAL,
    LONGEST_SIDE,
    Surface,
    face_vectors,
    result_of,
    surface_of,
)

pytestmark = pytest.mark.blender
FRONT = np.array([0.0, 0.0, CAMERA_DISTANCE])


@pytest.fixture(autouse=True)
def empty_scene():
    clear_scene()


def surface(*objects):
    return surface_of(list(objects), bpy.context.evaluated_depsgraph_get())


def world_points(camera, view):
    rows, columns = np.nonzero(view.mask)
    rays = camera.pixel_rays(len(view.depth))[rows, columns]
    return camera.centre + rays * view.depth[rows, columns][:, None]


def cameras(count=7):
    return sphere_cameras(count, CAMERA_DISTANCE, np.random.default_rng(3))


def slab_depth(origin, rays, half):
    """Ray parameter where rays [N, 3] enter the box |p| <= half, inf for a miss."""
    with np.errstate(divide="ignore"):
        near, far = (-half - origin) / rays, (half - origin) / rays
    entry, leave = np.minimum(near, far).max(axis=1), np.maximum(near, far).min(axis=1)
    return np.where(entry <= leave, entry, np.inf)


def test_depth_of_a_cube_is_exact():
    caster = RayCaster(surface(unit_cube()))
    half = HALF_DIAGONAL / np.sqrt(3)  # the diagonal limits a cube, not its side
    for camera in cameras():
        view = caster.view(camera, 40)
        expected = slab_depth(camera.centre, camera.pixel_rays(40).reshape(-1, 3), half).reshape(40, 40)
        both = view.mask & np.isfinite(expected)
        assert np.abs(view.depth[both] - expected[both]).max() < 1e-4
        assert (view.mask == np.isfinite(expected)).mean() > 0.999


def test_depth_and_mask_area_of_a_sphere():
    radius = HALF_DIAGONAL / np.sqrt(3)
    caster = RayCaster(surface(ball()))
    camera = cameras(3)[1]
    view = caster.view(camera, 64)
    ray = camera.pixel_rays(64)[view.mask]
    a, b = (ray * ray).sum(1), ray @ camera.centre
    analytic = (-b - np.sqrt(np.maximum(b * b - a * (CAMERA_DISTANCE**2 - radius**2), 0))) / a
    steep = np.linalg.norm(world_points(camera, view), axis=1)
    assert np.abs(steep - radius).max() < 2e-4  # the polygons lie at most this far inside
    assert np.median(np.abs(view.depth[view.mask] - analytic)) < 1e-4
    silhouette = FOCAL * radius / np.sqrt(CAMERA_DISTANCE**2 - radius**2)
    assert view.mask.mean() == pytest.approx(np.pi * silhouette**2 / 4, rel=0.01)


def test_back_projected_points_project_to_their_own_pixel_through_the_matrices():
    caster = RayCaster(surface(boxes(L_BOXES)))
    for camera in cameras():
        view = caster.view(camera, 32)
        points = world_points(camera, view)
        assert len(points) > 20
        homogeneous = np.concatenate([points, np.ones((len(points), 1))], axis=1)
        x, y, z, _ = (homogeneous @ camera.world_mat.T @ camera.camera_mat.T).T
        rows, columns = np.nonzero(view.mask)
        assert np.allclose(x / z, (2 * columns + 1) / 32 - 1, atol=1e-9)
        assert np.allclose(y / z, (2 * rows + 1) / 32 - 1, atol=1e-9)
        assert np.allclose(z, view.depth[view.mask])
        assert np.allclose(camera.project(points), np.stack([x / z, y / z], 1))


def test_back_projected_points_lie_on_the_object():
    obj = boxes(L_BOXES)
    found = surface(obj)
    to_world = np.linalg.inv(found.to_cube)
    bpy.context.view_layer.update()
    for camera in cameras(4):
        points = world_points(camera, RayCaster(found).view(camera, 24))
        for point in points @ to_world[:3, :3].T + to_world[:3, 3]:
            hit, nearest, _, _ = obj.closest_point_on_mesh(point.tolist())
            assert hit
            assert np.linalg.norm(np.array(nearest) - point) < 1e-4


def test_normals_are_unit_and_face_the_camera_whatever_the_winding():
    obj = boxes(L_BOXES)
    obj.data.flip_normals()
    camera = cameras()[2]
    view = RayCaster(surface(obj)).view(camera, 32)
    rays = camera.pixel_rays(32)[view.mask]
    normals = view.normal[view.mask]
    assert np.allclose(np.linalg.norm(normals, axis=1), 1)
    assert (np.einsum("nd,nd->n", normals, rays) < 0).all()
    assert (np.abs(normals).max(axis=1) > 0.999).all()  # faces of an axis-aligned L
    assert (view.normal[~view.mask] == 0).all()


def test_blender_z_is_up_and_its_minus_y_is_the_front():
    found = surface(boxes(L_BOXES))
    corners = found.corners.reshape(-1, 3)
    assert np.allclose(found.to_cube[:3, :3] @ (0, 0, 1) / np.linalg.norm(found.to_cube[:3, 0]), (0, 1, 0))
    assert np.allclose(found.to_cube[:3, :3] @ (0, -1, 0) / np.linalg.norm(found.to_cube[:3, 0]), (0, 0, 1))
    scale = 0.9 / 4  # the post is the longest side
    assert np.allclose(corners.max(0), (1.5 * scale, 2 * scale, 0.5 * scale))
    assert np.allclose(corners.min(0), -corners.max(0))
    mask = RayCaster(found).view(look_at_origin(FRONT), 64).mask
    rows, columns = np.nonzero(mask)
    top, bottom = columns[rows < 24], columns[rows > 40]
    assert top.max() < 32  # from the front, the post stands on the left ...
    assert bottom.max() > 40  # ... and the bar goes to the right, below


@pytest.mark.parametrize("dimensions", [(1, 1, 1), (8, 1, 1), (1, 1e-3, 3), (1e-4, 2e-4, 1e-4), (3e5, 1e5, 2e5)])
def test_every_view_holds_the_whole_shape(dimensions):
    obj = unit_cube()
    obj.dimensions, obj.location = dimensions, (70, -20, 5)
    bpy.context.view_layer.update()
    corners = surface(obj).corners.reshape(-1, 3)
    assert np.abs(corners).max() <= LONGEST_SIDE / 2 + 1e-5
    assert np.linalg.norm(corners, axis=1).max() <= HALF_DIAGONAL + 1e-5
    for camera in cameras(11):
        assert np.abs(camera.project(corners)).max() < 1


def test_cameras_are_rigid_even_and_seeded():
    first, again = cameras(24), cameras(24)
    for camera, same in zip(first, again, strict=True):
        rotation = camera.world_mat[:3, :3]
        assert np.allclose(rotation @ rotation.T, np.eye(3))
        assert np.linalg.det(rotation) == pytest.approx(1)
        assert np.allclose(camera.project(np.zeros((1, 3))), 0)
        assert (camera.world_mat == same.world_mat).all()
    centres = np.stack([camera.centre for camera in first])
    assert np.allclose(np.linalg.norm(centres, axis=1), CAMERA_DISTANCE)
    assert np.linalg.norm(centres.mean(0)) < 0.05
    other = sphere_cameras(24, CAMERA_DISTANCE, np.random.default_rng(4))
    assert not np.allclose(other[0].centre, centres[0])


def test_a_camera_right_above_is_defined():
    camera = look_at_origin(np.array([0.0, CAMERA_DISTANCE, 0.0]))
    assert np.isfinite(camera.world_mat).all()
    assert np.allclose(camera.centre, (0, CAMERA_DISTANCE, 0))


def test_a_heavy_surface_is_cast_in_patches_with_the_same_pictures(monkeypatch):
    from iss_blender_addon.view_capture import raycast

    found = surface(ball())
    whole = RayCaster(found).view(look_at_origin(FRONT), 32)
    monkeypatch.setattr(raycast, "PATCH", 50)
    caster = RayCaster(found)
    pieces = list(caster.view_steps(look_at_origin(FRONT), 32))
    count = -(-len(found.corners) // 50)
    assert count > 3
    codes = -(-len(found.corners) // raycast.CODES)
    assert len(pieces) == codes + 2 * count + 1  # patches are found, each tree is made, and cast against
    assert len(list(caster.view_steps(look_at_origin(FRONT), 32))) == count + 1
    for name in ("depth", "normal", "albedo", "image"):
        assert np.allclose(getattr(pieces[-1], name), getattr(whole, name), atol=1e-6)


def test_patches_hold_each_triangle_once_and_near_ones_together(monkeypatch):
    from iss_blender_addon.view_capture import raycast

    monkeypatch.setattr(raycast, "PATCH", 64)
    found = surface(ball())
    patches = result_of(raycast.patch_steps(found.corners))
    order = np.concatenate(patches)
    assert {len(patch) for patch in patches[:-1]} == {64}
    assert sorted(order.tolist()) == list(range(len(found.corners)))

    def spread(corners):
        runs = [corners[first : first + 64].reshape(-1, 3) for first in range(0, len(corners) - 63, 64)]
        return np.mean([np.prod(np.sort(np.ptp(run, axis=0))[1:]) for run in runs])

    shuffled = found.corners[np.random.default_rng(0).permutation(len(found.corners))]
    assert spread(found.corners[order]) < 0.3 * spread(shuffled)


def face_area(found):
    return np.linalg.norm(face_vectors(found.corners), axis=1).sum() / 2 / np.linalg.norm(found.to_cube[:3, 0]) ** 2


@pytest.mark.parametrize("first", range(4))
def test_a_quad_with_a_dent_is_halved_inside_it(first):
    """A dart of the area 2, with its dent at (1, 1): the wrong diagonal would cover 6."""
    corners = [(0, 0, 0), (3, 0, 1), (0, 0, 2), (1, 0, 1)]
    found = surface(mesh_object(corners[first:] + corners[:first], [(0, 1, 2, 3)]))
    assert len(found.corners) == 2
    assert face_area(found) == pytest.approx(2.0)


def test_faces_of_all_sizes_cover_what_they_are_and_keep_their_slots():
    points = [(x, 0, z) for z in (0, 1, 2) for x in (0, 1, 2)]
    faces = [(0, 1, 4, 3), (1, 2, 4), (2, 5, 4), (3, 4, 5, 8, 7, 6)]
    for used, area in ((faces[:3], 2.0), (faces, 4.0)):
        obj = mesh_object(points, used)
        for colour in ((1, 0, 0, 1), (0, 0, 1, 1)):
            principled(obj)[0].inputs[0].default_value = colour
        obj.data.polygons[1].material_index = 1
        found = surface(obj)
        assert face_area(found) == pytest.approx(area)
        blue = np.isclose(found.albedo, (0, 0, 1)).all(axis=(1, 2))
        assert (blue.sum(), face_area(Surface(found.corners[blue], found.albedo[blue], found.to_cube))) == (
            1, pytest.approx(0.5),
        )  # fmt: skip
