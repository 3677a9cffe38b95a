import io

import numpy as np
import pytest
import torch
from PIL import Image

from iss_backend.errors import OutputError
from iss_backend.preview import picture_sheet, write_picture_sheet


def uniform(*values):
    return torch.tensor(values)[:, None, None, None].expand(-1, 3, 2, 2)


def test_pictures_lie_side_by_side_and_row_by_row():
    sheet = picture_sheet(uniform(0.0, 0.2, 0.4), columns=2)
    assert (sheet.shape, sheet.dtype) == ((4, 4, 3), np.uint8)
    assert sheet[::2, ::2, 0].tolist() == [[0, 51], [102, 255]]  # the free place is white


def test_pictures_are_upright_and_in_rgb():
    picture = torch.zeros(1, 3, 2, 2)
    picture[0, 0, 0, 1] = 1.0
    assert picture_sheet(picture).tolist() == [[[0, 0, 0], [255, 0, 0]], [[0, 0, 0], [0, 0, 0]]]


def test_values_are_rounded_and_clamped():
    assert picture_sheet(uniform(-1.0, 0.499 / 255, 0.501 / 255, 2.0))[0, ::2, 0].tolist() == [0, 0, 1, 255]


def test_one_row_is_the_default():
    assert picture_sheet(uniform(0.0, 0.1, 0.2)).shape == (2, 6, 3)


def test_the_png_holds_exactly_the_sheet(tmp_path):
    pictures = torch.rand(3, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    write_picture_sheet(pictures, tmp_path / "x.png", 2)
    with Image.open(io.BytesIO((tmp_path / "x.png").read_bytes())) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        assert np.array_equal(np.asarray(image), picture_sheet(pictures, 2))


def test_a_missing_folder_is_an_output_error(tmp_path):
    with pytest.raises(OutputError):
        write_picture_sheet(uniform(0.5), tmp_path / "missing" / "x.png")
