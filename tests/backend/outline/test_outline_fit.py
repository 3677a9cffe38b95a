"""A code moved until its shape's outline is the picture's."""

import pytest
import torch

from iss_backend.errors import BadInputError, Cancelled
from iss_backend.outline import fit
from iss_backend.outline.fit import OutlineSettings, fitted_to_outline
from iss_backend.outline.poses import framed_poses

SETTINGS = OutlineSettings(steps=60, learning_rate=0.02, anchor_weight=1e-3)


def poses(*azimuths):
    return framed_poses(torch.tensor(azimuths), torch.full((len(azimuths),), 0.4))


def fitted(boxes, start, mask, azimuths, settings=SETTINGS, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return fitted_to_outline(boxes, torch.tensor(start), poses(*azimuths), mask, settings, generator)


def test_a_cube_becomes_the_box_of_the_picture(boxes, picture_of):
    """From half left and above, all three sides of a box are in its outline."""
    mask = picture_of([0.4, 0.12, 0.2], 0.6, 0.4).mask
    code = fitted(boxes, [0.25, 0.25, 0.25], mask, [0.6])
    assert code.tolist() == pytest.approx([0.4, 0.12, 0.2], abs=0.02)
    assert not code.requires_grad


def test_the_pose_that_explains_the_outline_is_taken(boxes, picture_of):
    """Near its own sides, a long box seen from the front does not fit the outline of one seen from the left."""
    wanted, settings = [0.4, 0.12, 0.15], OutlineSettings(steps=60, learning_rate=0.01, anchor_weight=0.5, poses=2)
    mask = picture_of(wanted, 0.3, 0.4).mask
    code = fitted(boxes, [0.36, 0.15, 0.15], mask, [1.6, 0.3], settings)
    assert code.tolist() == pytest.approx(wanted, abs=0.03)


def test_the_camera_is_corrected_too(boxes, picture_of):
    """Where the code may not move, the camera goes to where the picture was taken."""
    wanted, generator = torch.tensor([0.4, 0.12, 0.2]), torch.Generator().manual_seed(0)
    mask, settings = picture_of(wanted.tolist(), 0.6, 0.4).mask, OutlineSettings(anchor_weight=1e5)
    moved = fit._Fit(boxes, wanted, poses(0.8), mask, settings, generator).run(40, [].append)
    found = poses(0.8).moved(fit.POSE_RATE * moved[:, -fit.POSE_NUMBERS :])
    assert found.azimuth.item() == pytest.approx(0.6, abs=0.03)


def test_an_anchor_holds_the_code(boxes, picture_of):
    mask, start = picture_of([0.4, 0.12, 0.2], 0.6, 0.4).mask, [0.25, 0.25, 0.25]
    held = fitted(boxes, start, mask, [0.6], OutlineSettings(steps=30, learning_rate=0.02, anchor_weight=1e4))
    assert held.tolist() == pytest.approx(start, abs=0.01)


def test_the_seed_decides(boxes, picture_of):
    mask, settings = picture_of([0.4, 0.12, 0.2], 0.6, 0.4).mask, OutlineSettings(steps=3, trial_steps=2)
    first, same, other = (fitted(boxes, [0.25] * 3, mask, [0.6, 2.0], settings, seed) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("wrong", [{"steps": -1}, {"rays": 0}, {"learning_rate": 0.0}, {"anchor_weight": float("nan")}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(BadInputError, match="choose positive numbers"):
        OutlineSettings(**wrong)


def test_every_step_is_told_and_may_be_the_last(boxes, picture_of):
    """Cancelling raises from the callback."""
    mask, settings = picture_of([0.4, 0.12, 0.2], 0.6, 0.4).mask, OutlineSettings(steps=3, trial_steps=2)
    steps, generator = [], torch.Generator().manual_seed(0)

    def report(event):
        steps.append((event.phase, event.step, event.total))
        if event.step == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fitted_to_outline(boxes, torch.full((3,), 0.25), poses(0.6, 2.0), mask, settings, generator, report)
    assert steps == [("outline", step, 5) for step in (0, 1, 2, 3)]
