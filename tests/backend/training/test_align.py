"""Another CLIP, of another width, for the tiny bundle; and the CLIPs that can be named."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.clip import load_clip
from iss_backend.errors import BadInputError, BundleError, Cancelled, OutputError
from iss_backend.progress import ignore_progress
from iss_backend.training.align import AlignPlan, align_bundle
from iss_backend.training.clip_config import build_towers, write_clip_folder
from iss_backend.training.clip_sources import check_clip, config_of_weights, keep_clip, quick_gelu_remark
from iss_backend.training.remembered import generic_texts, picture_codes, remember_codes

OTHER = {
    "embed_dim": 24,
    "vision_cfg": {"layers": 2, "width": 64, "head_width": 64, "image_size": 48, "patch_size": 16},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1},
}


@pytest.fixture(scope="module")
def other_clip(tmp_path_factory):
    torch.manual_seed(11)
    folder = tmp_path_factory.mktemp("other") / "clip"
    write_clip_folder(folder, build_towers(OTHER), OTHER)
    return folder


@pytest.fixture(scope="module")
def plan(other_clip):
    return AlignPlan(str(other_clip), "aligned", shipped=2, sampled=3, views=2, steps=4)


@pytest.fixture(scope="module")
def aligned(tiny_bundle, plan, tmp_path_factory):
    output, events = tmp_path_factory.mktemp("aligned") / "new", []
    align_bundle(tiny_bundle, output, plan, events.append)
    return output, events


def test_the_result_is_a_bundle_for_the_other_clip(aligned, tiny_bundle, other_clip):
    old, new = load_bundle(tiny_bundle), load_bundle(aligned[0])
    assert new.name == "aligned"
    assert new.notes["aligned from"] == "tiny"
    assert (new.clip.feature_size, new.clip.image_size) == (24, 48)
    assert new.mapper.config.feature_size == new.prior.config.feature_size == 24
    assert new.mapper.config.hidden == old.mapper.config.hidden
    assert torch.equal(new.clip.encode_text(["a car"]), load_clip(other_clip).encode_text(["a car"]))
    assert torch.equal(new.shapes.codes, old.shapes.codes)
    assert old.point_tower is not None and new.point_tower is None
    for name, value in old.svr.state_dict().items():
        assert torch.equal(value, new.svr.state_dict()[name])
    assert new.gap.text_mean.shape == (24,)
    assert not torch.equal(new.gap.text_mean, new.gap.image_mean)
    assert list(dict.fromkeys(event.phase for event in aligned[1])) == ["pictures", "features", "mapper", "prior"]


def test_it_goes_on_where_it_was_interrupted(aligned, tiny_bundle, plan, tmp_path):
    def stop(event):
        if event.phase == "prior" and event.step == 4:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        align_bundle(tiny_bundle, tmp_path / "new", plan, stop)
    events = []
    align_bundle(tiny_bundle, tmp_path / "new", plan, events.append)
    assert {event.phase for event in events} == {"prior"}
    first, second = load_bundle(aligned[0]), load_bundle(tmp_path / "new")
    assert all(torch.allclose(a, b) for a, b in zip(first.mapper.parameters(), second.mapper.parameters(), strict=True))
    with pytest.raises(OutputError):
        align_bundle(tiny_bundle, tmp_path / "new", plan, ignore_progress)


def test_a_clip_that_was_trained_on_is_another_one(tiny_bundle, other_clip, plan, tmp_path):
    def stop(event):
        phases.append(event.phase)
        if event.phase == "mapper":
            raise Cancelled("enough")

    shutil.copytree(other_clip, tmp_path / "clip")
    phases, own = [], replace(plan, clip=str(tmp_path / "clip"))
    for seed in (12, None, 13):  # the second time it stays as it is
        if seed:
            torch.manual_seed(seed)
            write_clip_folder(tmp_path / "clip", build_towers(OTHER), OTHER)
        with pytest.raises(Cancelled):
            align_bundle(tiny_bundle, tmp_path / "new", own, stop)
        phases.append("stopped")
    runs = " ".join(phases).split("stopped")[:3]
    assert ["features" in run for run in runs] == [True, False, True]


def test_the_command(tiny_bundle, other_clip, tmp_path, capsys):
    command = ["align", "--clip", str(other_clip), "--bundle", str(tiny_bundle), "-o", str(tmp_path / "b")]
    assert main([*command, "--codes", "3", "--views", "1", "--steps", "2"]) == 0
    assert "'b'" in capsys.readouterr().out
    assert load_bundle(tmp_path / "b").clip.feature_size == 24


def kept_files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("given", ["mine", "mine/clip"])
def test_a_clip_that_lies_where_the_bundle_shall_lie_is_left_alone(tiny_bundle, other_clip, tmp_path, given):
    shutil.copytree(other_clip, tmp_path / "mine" / "clip")
    with pytest.raises(OutputError, match="where the new bundle's CLIP belongs"):
        align_bundle(tiny_bundle, tmp_path / "mine", AlignPlan(str(tmp_path / given), "mine"), ignore_progress)
    assert kept_files(tmp_path / "mine" / "clip") == kept_files(other_clip)


def test_a_slip_in_the_clips_name_costs_no_unfinished_work(tiny_bundle, plan, tmp_path):
    def stop(event):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        align_bundle(tiny_bundle, tmp_path / "new", plan, stop)
    for slip in ("ViT-B-23:openai", "ViT.pt", str(tmp_path)):
        with pytest.raises(BundleError):
            align_bundle(tiny_bundle, tmp_path / "new", replace(plan, clip=slip), stop)
    assert json.loads((tmp_path / "new.work" / "plan.json").read_text())["plan"]["clip"] == plan.clip


def test_a_kept_clip_is_replaced_by_a_whole_one_alone(other_clip, tmp_path):
    shutil.copytree(other_clip, tmp_path / "kept")
    with pytest.raises(BadInputError, match="onto itself"):
        keep_clip(str(tmp_path / "kept"), tmp_path / "kept")
    torch.save({"fc.weight": torch.zeros(2)}, tmp_path / "other.pt")
    for wrong in ("missing.pt", str(tmp_path / "other.pt")):
        with pytest.raises(BundleError):
            keep_clip(wrong, tmp_path / "kept")
    assert kept_files(tmp_path / "kept") == kept_files(other_clip)
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "other.pt"}


def test_remembered_codes_are_shipped_ones_by_name_and_drawn_ones_for_texts(tiny_bundle):
    bundle = load_bundle(tiny_bundle)
    remembered = remember_codes(bundle, 3, 5, 0)
    assert remembered.codes.shape == (8, 8)
    assert torch.equal(remembered.codes[:3], bundle.shapes.codes)
    assert len(remembered.texts) == 8
    assert remembered.texts == remember_codes(bundle, 3, 5, 0).texts
    assert len(set(generic_texts(50, np.random.default_rng(0)))) > 40


def test_pictures_are_kept_and_not_rendered_again(tiny_bundle, tmp_path, monkeypatch):
    bundle, codes = load_bundle(tiny_bundle), torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    first = picture_codes(bundle.svr, codes, 2, 16, 0, tmp_path, ignore_progress)
    assert first.shape == (5, 2, 3, 16, 16)
    monkeypatch.setattr("iss_backend.training.remembered.render", lambda *_: pytest.fail("rendered again"))
    assert torch.equal(picture_codes(bundle.svr, codes, 2, 16, 0, tmp_path, ignore_progress), first.float())


def test_quick_gelu_mismatches_are_said_and_mended():
    assert quick_gelu_remark("ViT-B-32-quickgelu", "openai") == ("ViT-B-32-quickgelu", "")
    assert quick_gelu_remark("ViT-B-32", "laion2b_s34b_b79k") == ("ViT-B-32", "")
    name, remark = quick_gelu_remark("ViT-B-32", "openai")
    assert name == "ViT-B-32-quickgelu"
    assert remark.startswith("The weights 'openai' were trained with QuickGELU, but 'ViT-B-32' computes GELU")


def test_sizes_are_read_off_weights(other_clip, tmp_path):
    towers = load_clip(other_clip).towers
    config = config_of_weights(towers.state_dict())
    assert config == {**OTHER, "quick_gelu": True}
    torch.save(towers.state_dict(), tmp_path / "w.pt")
    kept = keep_clip(str(tmp_path / "w.pt"), tmp_path / "kept")
    assert "QuickGELU" in kept.remarks[0]
    assert json.loads((tmp_path / "kept" / "open_clip_config.json").read_text())["model_cfg"]["quick_gelu"] is True
    plain = load_clip(other_clip).encode_text(["a car"])
    assert not torch.allclose(kept.clip.encode_text(["a car"]), plain)  # another activation


def test_openais_archives_are_converted(other_clip, tmp_path):
    class Archive(torch.nn.Module):
        def __init__(self, weights):
            super().__init__()
            for name, value in {**weights, "input_resolution": torch.tensor(48)}.items():
                owner = self
                *path, last = name.split(".")
                for part in path:
                    if not hasattr(owner, part):
                        owner.add_module(part, torch.nn.Module())
                    owner = getattr(owner, part)
                owner.register_buffer(last, value.detach())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    weights = load_clip(other_clip).towers.state_dict()
    torch.jit.save(torch.jit.script(Archive(weights)), tmp_path / "ViT.pt")
    kept = keep_clip(str(tmp_path / "ViT.pt"), tmp_path / "kept")
    assert kept.clip.towers.state_dict().keys() == weights.keys()
    assert kept.clip.image_size == 48


def test_a_bundles_folder_stands_for_its_clip(aligned, tmp_path):
    assert keep_clip(str(aligned[0]), tmp_path / "kept").clip.feature_size == 24


def test_a_file_can_be_given_with_the_name_of_its_model(tmp_path):
    torch.save({}, tmp_path / "w.pt")
    check_clip(f"ViT-B-32:{tmp_path / 'w.pt'}")
    for unknown in ("NoSuchModel", "C"):
        with pytest.raises(BundleError, match="knows no model"):
            check_clip(f"{unknown}:{tmp_path / 'w.pt'}")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ViT-B-32", "needs its weights too, as ViT-B-32:TAG"),
        ("NoSuchModel:openai", "no model 'NoSuchModel'"),
        ("missing.pt", "cannot be read"),
    ],
)
def test_what_is_no_clip_is_explained(source, words, tmp_path):
    with pytest.raises(BundleError, match=words):
        keep_clip(source, tmp_path / "kept")


def test_a_folder_or_file_without_a_clip_is_explained(tmp_path):
    with pytest.raises(BundleError, match="holds no CLIP"):
        keep_clip(str(tmp_path), tmp_path / "kept")
    torch.save({"fc.weight": torch.zeros(2)}, tmp_path / "other.pt")
    with pytest.raises(BundleError, match="layout"):
        keep_clip(str(tmp_path / "other.pt"), tmp_path / "kept")
