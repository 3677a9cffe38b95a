import numpy as np
import pytest
from PIL import Image

from iss_backend.data.plain_pictures import picture_files, read_prepared
from iss_backend.errors import BadInputError

BOX = (slice(20, 50), slice(30, 80))  # 30 rows, 50 columns


def save(path, size=(60, 100), **options):
    """A noisy picture of a red box; its mask is what tells them apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    pixels[BOX] = (220, 20, 20)
    Image.fromarray(pixels).save(path, **options)
    return path


def save_mask(path, size=(60, 100)):
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = np.zeros((60, 100), np.uint8)
    mask[BOX] = 255
    Image.fromarray(mask).resize((size[1], size[0]), Image.Resampling.NEAREST).save(path)
    return path


def test_masks_are_found_where_people_put_them(tmp_path):
    beside = save(tmp_path / "one" / "a.png"), save_mask(tmp_path / "one" / "a_mask.png")
    below = save(tmp_path / "two" / "b.jpg"), save_mask(tmp_path / "two" / "masks" / "b.png")
    next_to = save(tmp_path / "three" / "images" / "c.jpg"), save_mask(tmp_path / "three" / "mask" / "c.png")
    alone = save(tmp_path / "zero" / "d.png"), None
    found = [(file.picture, file.mask) for file in picture_files(tmp_path)]
    assert found == [beside, next_to, below, alone]


def test_the_object_is_cut_out_by_its_mask_and_centred(tmp_path):
    save(tmp_path / "a.png")
    save_mask(tmp_path / "masks" / "a.png")
    prepared = read_prepared(picture_files(tmp_path)[0], 64)
    rows, columns = prepared.mask.nonzero(as_tuple=True)
    # The longer side takes 0.6 of 64 pixels, 38.4; the other 3/5 of that.
    assert int(columns.max() - columns.min()) + 1 == pytest.approx(38.4, abs=2)
    assert int(rows.max() - rows.min()) + 1 == pytest.approx(23.04, abs=2)
    assert float(rows.float().mean()) == pytest.approx(31.5, abs=1)
    assert float(columns.float().mean()) == pytest.approx(31.5, abs=1)
    assert prepared.image[:, 32, 32].tolist() == pytest.approx([220 / 255, 20 / 255, 20 / 255], abs=0.01)
    assert prepared.image[:, 2, 2].tolist() == [1.0, 1.0, 1.0]


def test_a_smaller_mask_will_do_but_not_one_of_another_form(tmp_path):
    save(tmp_path / "a.png")
    mask = save_mask(tmp_path / "a_mask.png", (30, 50))
    prepared = read_prepared(picture_files(tmp_path)[0], 64)
    assert float(prepared.mask.float().mean()) == pytest.approx(38.4 * 23.04 / 64**2, rel=0.08)
    save_mask(mask, (60, 60))
    with pytest.raises(BadInputError, match=r"a\.png: the mask .*60 x 60 pixels, the picture 100 x 60"):
        read_prepared(picture_files(tmp_path)[0], 64)


def test_what_is_wrong_is_said_with_the_file_s_name(tmp_path):
    with pytest.raises(BadInputError, match="holds no pictures"):
        picture_files(tmp_path)
    save(tmp_path / "a.png")
    with pytest.raises(BadInputError, match=r"a\.png: The background"):
        read_prepared(picture_files(tmp_path)[0], 64)
    (tmp_path / "a_mask.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(BadInputError, match=r"a_mask\.png cannot be read"):
        read_prepared(picture_files(tmp_path)[0], 64)
