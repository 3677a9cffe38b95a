import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from iss_backend.errors import BadInputError
from iss_backend.images import FILL, LOWER, find_object, image_of_bytes, read_image

RED = torch.tensor([0.8, 0.1, 0.1])


def box_picture(size=(120, 160), box=(20, 70, 40, 60), background=(1.0, 1.0, 1.0), colour=RED):
    """Return a picture [3, H, W] of a box (top, bottom, left, right) and its mask."""
    image = torch.tensor(background)[:, None, None].expand(3, *size).clone()
    mask = torch.zeros(size, dtype=torch.bool)
    mask[box[0] : box[1], box[2] : box[3]] = True
    image[:, mask] = colour[:, None]
    return image, mask


def check_box(prepared, height=50, width=20):
    """Expect a red box of these proportions, centred on white, its longer side FILL of the picture."""
    size = prepared.mask.shape[-1]
    assert prepared.image.shape == (3, size, size)
    rows, columns = (prepared.mask.any(dim=axis).nonzero().squeeze(-1) for axis in (1, 0))
    assert len(rows) == pytest.approx(size * FILL, abs=3)
    assert len(columns) == pytest.approx(size * FILL * width / height, abs=3)
    for along, lower in ((rows, LOWER), (columns, 0.0)):
        assert (along[0] + along[-1]) / 2 == pytest.approx((size - 1) / 2 + lower * size, abs=3)
    inner = prepared.image[:, size // 2, size // 2]
    torch.testing.assert_close(inner, RED, atol=0.02, rtol=0)
    torch.testing.assert_close(prepared.image[:, 0], torch.ones(3, size), atol=1e-5, rtol=0)
    torch.testing.assert_close(prepared.image[:, :, -1], torch.ones(3, size), atol=1e-5, rtol=0)


@pytest.mark.parametrize("background", [(1.0, 1.0, 1.0), (0.1, 0.5, 0.9), (0.0, 0.0, 0.0), (0.5, 0.5, 0.5)])
def test_an_object_before_a_plain_background(background):
    check_box(find_object(box_picture(background=background)[0]).centred(96))


def test_a_background_that_shades_off_with_noise_and_dust():
    image, mask = box_picture()
    generator = torch.Generator().manual_seed(0)
    shade = torch.linspace(0.6, 1.0, 160).expand(3, 120, 160) * torch.linspace(0.9, 1.0, 120)[:, None]
    image = torch.where(mask, image, shade) + 0.01 * torch.randn(image.shape, generator=generator)
    image[:, 100, 140] = 0.0
    check_box(find_object(image).centred(96))


def test_pinholes_are_filled_and_large_holes_stay():
    image, _ = box_picture((200, 200), (50, 150, 50, 150))
    image[:, 60:63, 60:63] = 1.0
    image[:, 90:130, 90:130] = 1.0
    mask = find_object(image).centred(200).mask
    assert not mask[100:120, 100:120].any()
    share = mask.sum() / (200 * FILL) ** 2
    assert share == pytest.approx(1.0 - 0.16, abs=0.02)


def test_an_object_at_several_sizes():
    image, _ = box_picture()
    found = find_object(image)
    sizes = [found.centred(200, fill) for fill in (0.3, 0.6, 0.9)]
    rows = [one.mask.any(dim=1).nonzero().squeeze(-1) for one in sizes]
    assert [len(each) for each in rows] == pytest.approx([60, 120, 180], abs=3)
    middles = [float(each[0] + each[-1]) / 2 for each in rows]
    assert middles == pytest.approx([99.5 + 200 * LOWER] * 3, abs=2.5)  # to a pixel of the picture, 1.2 to 3.6 of these


def test_a_framed_picture_keeps_place_and_size():
    """A picture of 120 x 160 becomes 160 x 160 by margins of 20 above and below, and then 80 x 80."""
    image, mask = box_picture(background=(0.1, 0.5, 0.9))
    prepared = find_object(image).framed(80)
    rows, columns = (prepared.mask.any(dim=axis).nonzero().squeeze(-1) for axis in (1, 0))
    assert (int(rows[0]), int(rows[-1])) == (20, 44)
    assert (int(columns[0]), int(columns[-1])) == (20, 29)
    torch.testing.assert_close(prepared.image[:, 0], torch.ones(3, 80))
    torch.testing.assert_close(prepared.image[:, 30, 25], RED, atol=0.02, rtol=0)
    cut_out = find_object(torch.cat([image, mask[None].float()])).framed(80)
    assert torch.equal(cut_out.mask, prepared.mask)


@pytest.mark.parametrize("behind", [0.0, 0.5])
def test_alpha_cuts_the_object_out(behind):
    image, mask = box_picture()
    image[:, ~mask] = behind  # what lies under transparency does not matter
    check_box(find_object(torch.cat([image, mask[None].float()])).centred(96))


def test_alpha_without_transparency_falls_back_to_the_background():
    image, _ = box_picture()
    check_box(find_object(torch.cat([image, torch.ones(1, 120, 160)])).centred(96))


def test_round_corners_of_a_screenshot_cut_nothing_out():
    image, _ = box_picture()
    alpha = torch.ones(1, *image.shape[1:])
    alpha[:, ::119, ::159] = 0.0
    alpha[:, 1:-1:117, ::159] = 0.7
    check_box(find_object(torch.cat([image * (alpha > 0.0), alpha])).centred(64))


def test_an_object_cut_by_the_picture_is_centred_all_the_same():
    check_box(find_object(box_picture(box=(70, 120, 40, 60))[0]).centred(96))


@pytest.mark.parametrize(
    ("size", "box"), [((32, 24), (6, 26, 8, 16)), ((3000, 5000), (500, 1500, 2000, 2400)), ((20, 2000), (5, 15, 9, 13))]
)
def test_tiny_gigantic_and_narrow_pictures(size, box):
    if size == (20, 2000):  # shrunk to 10 rows, the box is 5 x 2 pixels
        image, _ = box_picture(size, (5, 15, 900, 960))
        assert find_object(image).centred(96).mask.any()
    else:
        check_box(find_object(box_picture(size, box)[0]).centred(96))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_no_object(channels, value):
    image = torch.full((channels, 64, 64), value)
    with pytest.raises(BadInputError, match="No object was found"):
        find_object(image).centred(32)


def test_a_speck_is_no_object():
    with pytest.raises(BadInputError, match="No object"):
        find_object(box_picture((200, 200), (10, 13, 10, 13))[0]).centred(32)


def test_a_background_that_is_not_plain():
    noise = torch.rand(3, 100, 100, generator=torch.Generator().manual_seed(1))
    with pytest.raises(BadInputError, match="not plain"):
        find_object(noise).centred(32)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (torch.zeros(64, 64), "shape"),
        (torch.zeros(1, 64, 64), "shape"),
        (torch.zeros(2, 3, 64, 64), "shape"),
        (torch.zeros(3, 7, 64), "64 x 7 pixels"),
        (torch.full((3, 64, 64), float("nan")), "no numbers"),
    ],
)
def test_tensors_that_are_no_picture(image, words):
    with pytest.raises(BadInputError, match=words):
        find_object(image).centred(32)


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("RGBA", 4), ("L", 3), ("LA", 4), ("P", 3), ("CMYK", 3)])
def test_files_of_all_modes(tmp_path, mode, channels):
    name = tmp_path / ("x.jpg" if mode == "CMYK" else "x.png")
    Image.new("RGB", (20, 10), (255, 0, 0)).convert(mode).save(name)
    image = read_image(name)
    assert image.shape == (channels, 10, 20)
    assert image.dtype == torch.float32
    assert image[0, 0, 0] == pytest.approx(1.0 if mode not in ("L", "LA") else 76 / 255, abs=0.02)


def test_a_note_in_the_file_turns_the_picture_upright(tmp_path):
    picture = Image.fromarray(np.zeros((10, 20, 3), np.uint8))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "x.jpg", exif=exif)
    assert read_image(tmp_path / "x.jpg").shape == (3, 20, 10)


def test_files_that_are_no_picture(tmp_path):
    (tmp_path / "x.png").write_bytes(b"no picture")
    for path in (tmp_path / "x.png", tmp_path / "missing.png", tmp_path):
        with pytest.raises(BadInputError, match="cannot be read as a picture"):
            read_image(path)


@pytest.mark.parametrize(("name", "part", "skip"), [("x.png", b"IDAT", 0), ("x.avif", b"mdat", 4)])
def test_files_damaged_after_their_start(tmp_path, name, part, skip):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    contents = bytearray((tmp_path / name).read_bytes())
    start = contents.rindex(part) + skip
    contents[start : start + 8] = bytes(8)
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(BadInputError, match="cannot be read as a picture"):
        read_image(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x.png", np.array([[0, 13107, 65535]], np.uint16)),
        ("x.tif", np.array([[0, 13107, 65535]], np.int32)),
        ("x.tif", np.array([[0.0, 0.2, 1.0]], np.float32)),
        ("x.tif", np.array([[0.0, 51.0, 255.0]], np.float32)),
    ],
)
def test_grey_of_more_than_eight_bits_keeps_its_shades(tmp_path, name, values):
    Image.fromarray(values).save(tmp_path / name)
    expected = torch.tensor([0.0, 0.2, 1.0]).expand(3, 1, 3)
    torch.testing.assert_close(read_image(tmp_path / name), expected)


def write_named_transparency(path, bits, grey, pixels, named):
    """Write a PNG of so many bits a channel, 8 x 8, all pixels alike (packed bytes), with a tRNS chunk."""
    head = struct.pack(">2I5B", 8, 8, bits, 0 if grey else 2, 0, 0, 0)
    row = b"\0" + pixels * (bits * (1 if grey else 3) // len(pixels))
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", head), (b"tRNS", named), (b"IDAT", zlib.compress(8 * row)), (b"IEND", b"")):
            PngImagePlugin.putchunk(file, kind, data)


@pytest.mark.parametrize(
    ("bits", "grey", "pixels", "value"),
    [
        (2, True, b"\xaa", 2 / 3),
        (4, True, b"\xaa", 10 / 15),
        (8, True, b"\xaa", 0xAA / 255),
        (16, True, b"\xaa\xbb", 0xAA / 255),
        (16, False, b"\xaa\xbb", 0xAA / 255),
    ],
)
def test_a_value_that_is_named_as_transparent_is_so(tmp_path, bits, grey, pixels, value):
    named = {2: b"\0\2", 4: b"\0\x0a", 8: b"\0\xaa", 16: b"\xaa\xbb"}[bits]
    for name, alpha in ((named, 0.0), (b"\0\1", 1.0)):
        write_named_transparency(tmp_path / "x.png", bits, grey, pixels, name if grey else 3 * name)
        image = read_image(tmp_path / "x.png")
        assert image.shape == (4, 8, 8)
        assert image[3].unique().tolist() == [alpha]
        assert image[0, 0, 0] == pytest.approx(value, abs=0.003)


def test_a_file_with_too_many_pixels(tmp_path):
    Image.new("1", (18_000, 10_000)).save(tmp_path / "x.png")
    with pytest.raises(BadInputError, match=r"x\.png has more than 178 million pixels; shrink it first\.$"):
        read_image(tmp_path / "x.png")


def test_a_large_file_is_read_without_a_warning(tmp_path, monkeypatch, recwarn):
    Image.new("1", (300, 300)).save(tmp_path / "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 80_000)
    assert read_image(tmp_path / "x.png").shape == (3, 300, 300)
    assert not recwarn.list


@pytest.fixture
def small_side(monkeypatch):
    """Work with pictures of 16 pixels a side."""
    monkeypatch.setattr("iss_backend.images.WORKING_SIDE", 16)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_large_pictures_are_read_at_a_fraction(tmp_path, small_side, mode):
    Image.new("RGB", (330, 200), (255, 0, 0)).convert(mode).save(tmp_path / "x.png")
    assert read_image(tmp_path / "x.png").shape[1:] == (20, 33)
    pixels = np.zeros((200, 330, 4), np.uint8)
    assert image_of_bytes(pixels).shape == (4, 20, 33)
    assert image_of_bytes(pixels[:63, :63, :3]).shape == (3, 63, 63)
    assert image_of_bytes(pixels[:12]).shape == (4, 12, 330)  # fewer than SMALLEST rows would be left


@pytest.mark.parametrize(
    ("name", "grey", "white"), [("x.png", np.uint16, 65535), ("x.tif", np.int32, 65535), ("x.tif", np.float32, 1)]
)
def test_large_grey_of_more_than_eight_bits_is_read_at_a_fraction(tmp_path, small_side, name, grey, white):
    stripes = np.zeros((200, 330), grey)
    stripes[:, ::2] = white
    Image.fromarray(stripes).save(tmp_path / name)
    torch.testing.assert_close(read_image(tmp_path / name), torch.full((3, 20, 33), 0.5), atol=1e-4, rtol=0)


def test_the_white_of_fractions_is_told_by_the_brightest_of_all_pixels(tmp_path, small_side):
    grey = np.zeros((200, 330), np.float32)
    grey[0, 0] = 51.0  # averages to less than one
    Image.fromarray(grey).save(tmp_path / "x.tif")
    assert read_image(tmp_path / "x.tif")[0, 0, 0] == pytest.approx(51.0 / 255.0 / 100.0)


def test_what_is_transparent_gives_no_colour_to_a_fraction(tmp_path, small_side):
    stripes = np.zeros((200, 200, 4), np.uint8)
    stripes[:, ::2] = (255, 0, 0, 255)
    Image.fromarray(stripes).save(tmp_path / "x.png")
    for image in (read_image(tmp_path / "x.png"), image_of_bytes(stripes)):
        torch.testing.assert_close(image[:3].amin(dim=(1, 2)), torch.tensor([1.0, 0.0, 0.0]))
        assert image[3].mean() == pytest.approx(0.5, abs=0.05)


def test_a_picture_that_the_memory_does_not_hold(tmp_path, monkeypatch):
    def exhausted(picture):
        raise MemoryError

    Image.new("RGB", (20, 10)).save(tmp_path / "x.png")
    monkeypatch.setattr("iss_backend.images._values", exhausted)
    with pytest.raises(BadInputError, match="too many pixels for the memory"):
        read_image(tmp_path / "x.png")
