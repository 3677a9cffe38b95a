"""Shapes after images, files and views of objects: what the worker is sent, and that the scene stays as it was."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from addon_fixtures import bpy
from mathutils import Quaternion, Vector
from PIL import Image, ImageOps

from iss_blender_addon.pictures.images import LARGEST_SIDE, PictureError, pixels_of, read_picture
from iss_blender_addon.pictures.views import FRONT_LEFT, direction_to, view_of
from iss_blender_addon.shapes.record import panel_settings_of

pytestmark = pytest.mark.blender


def two_rows(width=3, height=2):
    """An image whose top row is red and opaque, the other ones blue and half transparent."""
    image = bpy.data.images.new("drawn", width, height, alpha=True)
    pixels = np.tile(np.float32([0, 0, 1, 0.5]), (height, width, 1))
    pixels[-1] = (1, 0, 0, 1)
    image.pixels.foreach_set(pixels.ravel())
    return image


def cube(size=2.0, at=(0, 0, 0)):
    bpy.ops.mesh.primitive_cube_add(size=size, location=at)
    bpy.context.view_layer.update()
    return bpy.context.object


def everything():
    names = ("objects", "meshes", "scenes", "images", "cameras", "worlds", "lights")
    return {name: len(getattr(bpy.data, name)) for name in names}


def test_the_top_row_comes_first_and_alpha_goes_with_it(client):
    two_rows()
    bpy.ops.iss.from_image(source="IMAGE", image="drawn", way="clip", steps=3, seed=8, text="a flag")
    job, sent = client.jobs[0], client.arrays[0]["image"]
    assert (job["type"], job["text"]) == ("from_image", "a flag")
    assert job["settings"] == {"seed": 8, "steps": 3, "way": "clip", "framing": "object"}
    assert sent.shape == (2, 3, 4)
    assert sent[0, 0].tolist() == [255, 0, 0, 255]
    assert sent[1, 2].tolist() == [0, 0, 255, 128]
    kept = panel_settings_of(bpy.context.object)["change"]
    assert (kept["kind"], kept["picture"], kept["source"]) == ("from_image", "drawn", "IMAGE")


def test_the_panels_image_serves_and_without_a_text_none_is_sent(client):
    settings = bpy.context.scene.iss_image
    settings.source, settings.image = "IMAGE", two_rows()
    bpy.context.scene.cursor.location = (3, 4, 5)
    bpy.ops.iss.from_image()
    assert "text" not in client.jobs[0]
    assert tuple(bpy.context.object.location) == (3, 4, 5)


def test_a_file_is_read_and_leaves_nothing(client, tmp_path):
    image = two_rows()
    path = tmp_path / "a flag.png"
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    bpy.ops.iss.from_image(source="FILE", filepath=str(path))
    assert client.arrays[0]["image"][0, 0].tolist() == [255, 0, 0, 255]
    assert not [image for image in bpy.data.images if image.name.startswith("a flag")]
    assert bpy.context.object.name == "A flag shape"


@pytest.mark.parametrize("noted", range(10))
def test_a_photo_is_turned_upright_by_the_note_of_its_camera(tmp_path, noted):
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:16, :32], pixels[:16, 32:], pixels[16:, :32] = (200, 0, 0), (0, 200, 0), (0, 0, 200)
    note = Image.Exif()
    note[0x0112] = noted
    Image.fromarray(pixels).save(tmp_path / "photo.jpg", quality=100, subsampling=0, exif=note)
    found = read_picture(tmp_path / "photo.jpg")
    with Image.open(tmp_path / "photo.jpg") as photo:
        wanted = np.asarray(ImageOps.exif_transpose(photo), int)
    assert found.shape == (*wanted.shape[:2], 4)
    assert found.flags.c_contiguous
    assert abs(found[..., :3] - wanted).max() <= 3


@pytest.mark.parametrize("damaged", [b"", b"XX", b"II*\0\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"])
def test_a_damaged_note_leaves_a_photo_as_it_is(tmp_path, damaged):
    Image.new("RGB", (16, 8)).save(tmp_path / "photo.jpg", exif=b"Exif\0\0" + damaged)
    assert read_picture(tmp_path / "photo.jpg").shape == (8, 16, 4)


def test_large_pictures_are_averaged_down_and_grey_ones_coloured():
    image = bpy.data.images.new("large", 3000, 12)
    pixels = np.ones((12, 3000, 4), np.float32)
    pixels[:, ::3, :3] = 0.0
    image.pixels.foreach_set(pixels.ravel())
    found = pixels_of(image)
    assert found.shape == (4, 1000, 4)
    assert set(np.unique(found[..., :3]).tolist()) == {170}  # two thirds white
    bpy.data.images.remove(image)


def test_float_images_are_scene_linear():
    image = bpy.data.images.new("linear", 8, 8, float_buffer=True)
    image.pixels.foreach_set(np.tile(np.float32([0.2140, 0.2140, 5.0, 1.0]), 64))
    assert pixels_of(image)[0, 0].tolist() == [127, 127, 255, 255]  # 0.214 linear is 0.5 sRGB
    bpy.data.images.remove(image)


def test_colours_of_half_transparent_pixels_are_whole_again():
    """Blender keeps those of images of floats, such as PNGs of 16 bits, multiplied by alpha."""
    image = bpy.data.images.new("glass", 2, 2, alpha=True, float_buffer=True)
    image.pixels.foreach_set(np.tile(np.float32([0.5, 0.0, 0.107, 0.5]), 4))  # 0.107 / 0.5 linear is 0.5 sRGB
    assert pixels_of(image)[0, 0].tolist() == [255, 0, 127, 128]


def test_what_is_transparent_lends_no_colour_to_a_shrunk_picture():
    image = bpy.data.images.new("large", 2 * LARGEST_SIDE, 2, alpha=True)
    pixels = np.zeros((2, 2 * LARGEST_SIDE, 4), np.float32)
    pixels[:, ::2], pixels[:, 1::2] = (1, 0, 0, 1), (0, 1, 0, 0)
    image.pixels.foreach_set(pixels.ravel())
    assert pixels_of(image)[0, 0].tolist() == [255, 0, 0, 128]


def test_a_render_result_is_told_to_be_saved_as_a_file():
    image = SimpleNamespace(name="Render Result", source="VIEWER", size=(0, 0), channels=0)
    with pytest.raises(PictureError, match="no pixels of “Render Result”; save it as a file"):
        pixels_of(image)


def test_pictures_that_cannot_be_had_are_told(client, tmp_path):
    with pytest.raises(PictureError, match=r"no file .*none\.png"):
        read_picture(tmp_path / "none.png")
    (tmp_path / "bad.png").write_text("no picture")
    with pytest.raises(RuntimeError, match="cannot be read as a picture"):
        bpy.ops.iss.from_image(source="FILE", filepath=str(tmp_path / "bad.png"))
    assert not bpy.data.images
    with pytest.raises(RuntimeError, match="Choose a picture file first"):
        bpy.ops.iss.from_image(source="FILE", filepath="")
    with pytest.raises(RuntimeError, match="Choose an image of this file"):
        bpy.ops.iss.from_image(source="IMAGE", image="none")
    with pytest.raises(RuntimeError, match="Select the object"):
        bpy.ops.iss.from_image(source="OBJECT")


@pytest.mark.parametrize("engine", ["raycast", "cycles"])
def test_a_cube_from_the_front_is_a_square_in_the_middle_in_its_own_colour(client, engine):
    obj = cube(at=(5, 6, 7))
    material = bpy.data.materials.new("red")
    if material.node_tree is None:
        material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (1, 0, 0, 1)
    obj.data.materials.append(material)
    before = everything()
    picture = view_of(obj, Vector((0, -1, 0)), engine, side=64)
    assert everything() == before
    rows, columns = np.nonzero(picture[..., 3] > 127)
    assert (rows.min() + rows.max(), columns.min() + columns.max()) == (63, 63)
    assert rows.max() - rows.min() == columns.max() - columns.min() > 24
    assert len(rows) == (rows.max() - rows.min() + 1) ** 2
    red, green, blue, _ = picture[32, 32].tolist()
    assert red > 150 > 100 > max(green, blue)


def test_the_scenes_camera_gives_the_direction(client):
    obj = cube(at=(1, 1, 1))
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    bpy.context.scene.collection.objects.link(camera)
    with pytest.raises(PictureError, match="no camera"):
        direction_to(obj, "CAMERA", bpy.context.scene)
    bpy.context.scene.camera = camera
    camera.location = (1, -9, 1)
    bpy.context.view_layer.update()
    assert direction_to(obj, "CAMERA", bpy.context.scene).normalized()[:] == pytest.approx((0, -1, 0), abs=1e-6)
    assert direction_to(obj, "VIEW", bpy.context.scene) == FRONT_LEFT  # there is no view in background mode
    from_above = SimpleNamespace(view_rotation=Quaternion())
    assert direction_to(obj, "VIEW", bpy.context.scene, from_above) == Vector((0, 0, 1))


def test_the_current_view_counts_when_the_button_in_the_sidebar_is_pressed(client):
    obj = cube()
    (window,) = bpy.context.window_manager.windows
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    area.spaces.active.region_3d.view_rotation = Quaternion()  # from above
    sidebar = next(region for region in area.regions if region.type == "UI")
    with bpy.context.temp_override(window=window, area=area, region=sidebar):
        bpy.ops.iss.from_image(source="OBJECT", side="VIEW")
    assert np.array_equal(client.arrays[0]["image"], view_of(obj, Vector((0, 0, 1)), "raycast"))


def test_the_shape_after_an_object_stands_beside_it_as_large_as_it_is(client):
    obj = cube(size=4.0, at=(1, 2, 3))
    bpy.ops.iss.from_image(source="OBJECT")
    sent = client.arrays[0]["image"]
    assert sent.shape[2] == 4
    assert 0.05 < (sent[..., 3] > 0).mean() < 0.6
    assert client.jobs[0]["settings"]["framing"] == "picture"
    made = bpy.context.object
    assert made is not obj
    assert max(made.dimensions) == pytest.approx(4.0)
    assert tuple(made.location) == pytest.approx((6, 2, 1))  # on the ground that the cube stands on


def test_the_shape_after_an_object_stands_on_the_ground_of_one_that_is_turned(client):
    obj = cube(size=2.0)
    obj.scale.y, obj.rotation_euler.x = 3.0, math.pi / 2  # as Y-up files come in
    bpy.context.view_layer.update()
    bpy.ops.iss.from_image(source="OBJECT")
    assert tuple(bpy.context.object.location) == pytest.approx((7.5, 0, -3), abs=1e-5)


def test_the_shape_after_an_instance_of_a_collection_stands_beside_all_that_it_shows_as_large_as_that(client):
    parts = bpy.data.collections.new("Parts")
    for at in ((0, 0, 0), (6, 0, 0)):
        obj = cube(size=2.0, at=at)
        obj.users_collection[0].objects.unlink(obj)
        parts.objects.link(obj)
    bpy.ops.object.empty_add(location=(0, 9, 1))
    empty = bpy.context.object
    empty.instance_type, empty.instance_collection, empty.scale = "COLLECTION", parts, (2, 2, 2)
    bpy.context.view_layer.update()
    bpy.ops.iss.from_image(source="OBJECT")
    made = bpy.context.object
    assert max(made.dimensions) == pytest.approx(16.0)  # from -2 to 14
    assert tuple(made.location) == pytest.approx((6 + 1.25 * 16, 9, -1))


def test_an_object_without_faces_is_refused(client):
    obj = bpy.data.objects.new("nothing", None)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    with pytest.raises(RuntimeError, match="“nothing” cannot be seen"):
        bpy.ops.iss.from_image(source="OBJECT")
