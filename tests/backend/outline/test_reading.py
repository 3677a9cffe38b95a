"""The code of a picture: E_S, known shapes, the outline."""

import math
from dataclasses import dataclass, replace

import pytest
import torch
from box_model import Boxes

from iss_backend.bundle import ShapeCodes
from iss_backend.outline import reading
from iss_backend.outline.fit import OutlineSettings
from iss_backend.outline.reading import FAR, NEAR, SETTLE, near_known, read_code
from iss_backend.svr.camera_network import AZIMUTHS, CameraGuess

QUICK = OutlineSettings(steps=80, learning_rate=0.02, anchor_weight=1e-3, poses=1)


class FromHalfLeft:
    """A camera network that says the same of every picture, and counts how many it saw."""

    seen = 0

    def __call__(self, images):
        self.seen += len(images)
        azimuths = torch.full((len(images), AZIMUTHS), -9.0)
        azimuths[:, 2] = 0.0
        return CameraGuess(azimuths, torch.full((len(images),), 0.39))


@dataclass
class OneModel:
    """What `read_code` needs of a bundle."""

    svr: Boxes
    shapes: ShapeCodes
    camera_network: FromHalfLeft | None
    device = torch.device("cpu")


@pytest.fixture
def bundle(boxes):
    return OneModel(boxes, ShapeCodes(torch.zeros(0, 3), ()), FromHalfLeft())


def read(bundle, pictures, settings=QUICK):
    images = torch.stack([picture.image for picture in pictures])
    return read_code(bundle, images, pictures[0], True, settings, torch.Generator().manual_seed(0))


def test_what_e_s_says_is_fitted_to_the_outline(bundle, picture_of):
    wanted = [0.4, 0.12, 0.2]
    code = read(bundle, [picture_of(wanted, 0.52, 0.4)])
    assert code.tolist() == pytest.approx(wanted, abs=0.03)


def test_no_outline_is_fitted_without_steps_or_a_network(bundle, picture_of):
    picture = picture_of([0.4, 0.12, 0.2], 0.52, 0.4)
    bundle.shapes = ShapeCodes(torch.full((64, 3), 0.3), ("a",) * 64)
    assert read(bundle, [picture], OutlineSettings(steps=0)).tolist() == [0.25] * 3
    bundle.shapes = ShapeCodes(torch.zeros(0, 3), ())
    bundle.camera_network = None
    assert read(bundle, [picture, picture]).tolist() == [0.25] * 3


@pytest.mark.parametrize("there", [False, True])
def test_a_picture_without_an_outline_is_read_by_e_s(bundle, picture_of, there):
    """Of a needle no pixel may be covered by half; and a part of a wall covers all of them."""
    picture = replace(picture_of([0.4, 0.12, 0.2], 0.52, 0.4), mask=torch.full((96, 96), there))
    assert read(bundle, [picture]).tolist() == [0.25] * 3


def test_a_fit_that_falls_to_pieces_is_left(bundle, picture_of, monkeypatch):
    picture, shares = picture_of([0.4, 0.12, 0.2], 0.52, 0.4), iter([0.3, 0.1])  # of the fitted shape and the first
    monkeypatch.setattr(reading, "loose_share", lambda inside: next(shares))
    assert read(bundle, [picture]).tolist() == [0.25] * 3


def test_the_network_sees_the_first_picture_alone(bundle, picture_of):
    picture = picture_of([0.25, 0.25, 0.25], 0.52, 0.4)
    read(bundle, [picture] * 3)
    assert bundle.camera_network.seen == 1


def test_codes_are_drawn_to_near_known_ones_alone():
    """Known codes on a plane; a code above it is drawn down, the less the higher it is, and not from `FAR` on."""
    ticks = torch.arange(-6.0, 7.0) / 10
    plane = torch.cartesian_prod(ticks, ticks)
    known = torch.cat([plane, torch.zeros(len(plane), 1)], dim=1)

    def height_after(far_away):
        height = far_away * math.sqrt(3)  # of three numbers one differs
        return near_known(torch.tensor([0.0, 0.0, height]), known)[2].item() / math.sqrt(3)

    assert height_after(0.9 * NEAR) == pytest.approx(0.9 * NEAR * (1 - SETTLE), abs=0.03)
    assert height_after((NEAR + FAR) / 2) == pytest.approx((NEAR + FAR) / 2 * (1 - SETTLE / 2), abs=0.03)
    assert height_after(1.1 * FAR) == pytest.approx(1.1 * FAR, abs=1e-6)


def test_codes_of_other_models_stay_as_e_s_reads_them(bundle, picture_of, monkeypatch):
    monkeypatch.setattr(Boxes, "can_be_sharpened", False)
    bundle.shapes = ShapeCodes(torch.full((64, 3), 0.3), ("a",) * 64)
    assert read(bundle, [picture_of([0.4, 0.12, 0.2], 0.52, 0.4)]).tolist() == [0.25] * 3


def test_a_few_known_codes_tell_nothing():
    assert near_known(torch.tensor([1.0, 2.0]), torch.zeros(63, 2)).tolist() == [1.0, 2.0]
