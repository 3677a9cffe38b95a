"""Teaching the image tower of the tiny bundle further, its text tower locked."""

from dataclasses import replace

import numpy as np
import torch

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ignore_progress
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.locked_text import ImagesSettings, train_images_on_texts
from iss_backend.training.schedule import LoopSettings

PICTURES = ClipTrainingSettings(batch=8, reconstruction_share=0.0, material_share=0.0)
# The tiny tower's random words all lie close together; so sharp, they are still told apart.
SETTINGS = ImagesSettings(short_share=1.0, others=8, bank=16, sharpness=200.0, loop=LoopSettings(200, 1e-2, warmup=5))


def test_pictures_come_to_their_words_and_the_text_tower_stays(packed, knowing, tmp_path):
    shapes, clip = PackedShapes(packed), knowing.clip
    before = {name: value.clone() for name, value in clip.towers.state_dict().items()}
    batches = CaptionedBatches(shapes, np.arange(len(shapes)), None, PICTURES)

    @torch.no_grad()
    def found():
        """Return how much more pictures of four new batches agree with their own captions than with the others'."""
        margins = []
        for number in range(1000, 1004):
            batch = batches.draw(number, clip.image_size)
            cosines = clip.encode_image(batch.pictures) @ clip.encode_text(batch.captions).T
            margins.append(cosines.diagonal().mean() - cosines.mean())
        return float(torch.stack(margins).mean())

    start = found()
    train_images_on_texts(clip, batches, batches, SETTINGS, tmp_path / "images.safetensors", ignore_progress)
    assert found() > 1.5 * start > 0.0
    changed = {
        name.split(".")[0] for name, value in clip.towers.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == {"visual"}
    assert not any(parameter.requires_grad for parameter in clip.parameters())
    assert not clip.towers.visual.training


def test_a_resumed_training_ends_like_one_that_ran_through(packed, knowing, tmp_path, monkeypatch):
    shapes, clip = PackedShapes(packed), knowing.clip
    begun = {name: value.clone() for name, value in clip.towers.state_dict().items()}
    batches = CaptionedBatches(shapes, np.arange(len(shapes)), None, PICTURES)
    loop = LoopSettings(6, 2e-3, warmup=2, checkpoint_every_s=0.0)
    ends = []
    for stops in ((6,), (3, 6)):
        clip.towers.load_state_dict(begun)
        file = tmp_path / f"{len(stops)}.safetensors"
        for stop in stops:
            _run_until(stop, clip, batches, replace(SETTINGS, loop=loop), file)
        ends.append({name: value.clone() for name, value in clip.towers.state_dict().items()})
    for name, value in ends[0].items():
        torch.testing.assert_close(value, ends[1][name], msg=name)


class _Stopped(Exception):
    """Where a training is interrupted."""


def _run_until(stop, clip, batches, settings, file):
    def report(progress):
        if progress.step == stop < settings.loop.steps:
            raise _Stopped

    clip.towers.visual.requires_grad_(False)
    try:
        train_images_on_texts(clip, batches, batches, settings, file, report)
    except _Stopped:
        return


def test_the_command_changes_the_image_tower_and_the_mappings_alone(
    packed, knowing, tiny_bundle, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    old = {
        part: {name: value.clone() for name, value in module.state_dict().items()}
        for part, module in (
            ("clip", knowing.clip.towers),
            ("svr", knowing.svr),
            ("mapper", knowing.mapper),
            ("prior", knowing.prior),
        )
    }
    steps = ["--steps", "2", "--meeting-steps", "1", "--mapper-steps", "2", "--prior-steps", "2"]
    steps += ["--reconstructed", "1", "--batch", "4", "--pairs", "4"]
    command = ["train", "images", str(packed), "--start", str(tiny_bundle), *steps]
    assert main([*command, "-o", str(tmp_path / "new")]) == 0
    new = load_bundle(tmp_path / "new")
    changed = {name for name, value in new.clip.towers.state_dict().items() if not close(value, old["clip"][name])}
    assert changed and all(name.startswith("visual.") for name in changed)
    assert all(close(value, old["svr"][name]) for name, value in new.svr.state_dict().items())
    for part in ("mapper", "prior"):
        assert any(not close(value, old[part][name]) for name, value in getattr(new, part).state_dict().items()), part
    assert new.clip.thesaurus == knowing.clip.thesaurus
    assert not torch.allclose(new.gap.image_mean, knowing.gap.image_mean, atol=1e-3)
    assert torch.allclose(new.shapes.codes, knowing.shapes.codes, atol=1e-3)
    assert (new.point_tower is None) == (knowing.point_tower is None)
    assert main([*command, "-o", str(tmp_path / "new")]) == 2
    assert "There is a bundle in" in capsys.readouterr().err
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: replace(knowing, prior=None))
    assert main([*command, "-o", str(tmp_path / "other")]) == 2
    assert "has no prior" in capsys.readouterr().err


def close(value, before):
    return torch.equal(value.half(), before.half())
