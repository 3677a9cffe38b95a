import io

import numpy as np
import pytest
import torch
from PIL import Image

from iss_backend.errors import OutputError
from iss_backend.preview import MARGIN, close_ups, picture_sheet, write_picture_sheet


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


def test_a_close_up_is_filled_by_what_is_shown_at_one_scale():
    """Squares of 6 and 12 pixels in corners of pictures of 60: the larger one fills its close-up but the margins."""
    pictures = torch.ones(2, 3, 60, 60)
    pictures[0, :, 2:8, 50:56] = 0.0
    pictures[1, :, 46:58, 1:13] = 0.0
    small, large = close_ups(pictures, 100).mean(dim=1) < 0.5
    sides = [int(seen.sum().sqrt().round()) for seen in (small, large)]
    assert sides == pytest.approx([50 * (1 - 2 * MARGIN), 100 * (1 - 2 * MARGIN)], abs=6)
    for seen in (small, large):
        middle = seen.nonzero().float().mean(dim=0)
        assert middle.tolist() == pytest.approx([49.5, 49.5], abs=4)


def test_a_close_up_of_more_pixels_has_soft_edges_and_keeps_plain_colours():
    pictures = torch.ones(1, 3, 90, 90)
    rows, columns = torch.meshgrid(torch.arange(90), torch.arange(90), indexing="ij")
    pictures[0, :, (rows - 44.5) ** 2 + (columns - 44.5) ** 2 < 40**2] = 0.25
    (close,) = close_ups(pictures, 30)[:, 0]
    assert close[15, 15].item() == pytest.approx(0.25)
    assert ((close > 0.3) & (close < 0.95)).sum() > 20


def test_a_picture_of_nothing_stays_white():
    torch.testing.assert_close(close_ups(torch.ones(2, 3, 20, 20), 8), torch.ones(2, 3, 8, 8))
