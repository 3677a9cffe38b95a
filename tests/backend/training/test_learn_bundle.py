"""Learning two synthetic shapes into the tiny bundle, end to end."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from synthetic_captures import ball, box, write_capture

from iss_backend.bundle import load_bundle
from iss_backend.errors import BadInputError, Cancelled, OutputError
from iss_backend.progress import ignore_progress
from iss_backend.training import own_shapes
from iss_backend.training.learn import LearnPlan, _mixed, _own_pairs, learn_bundle, with_effort
from iss_backend.training.learn_fields import FieldTuning, field_iou, first_codes
from iss_backend.training.outputs import begin_stage, begin_work, bundle_name
from iss_backend.training.own_shapes import own_nouns, read_own_shapes
from iss_backend.training.pairs import FeatureCodePairs

FAST = LearnPlan(
    "mine",
    variants=1,
    remembered=4,
    pictures=2,
    mapper_steps=3,
    prior_steps=3,
    fields=FieldTuning(6, 8, 4, own=2, old=2, old_points=32, old_near=32, background_rays=8, save_every_s=0.0),
)


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    root = tmp_path_factory.mktemp("own")
    write_capture(root / "mine" / "Zorblax", ball(0.35))
    write_capture(root / "mine" / "Red_Chair.001", box(0.4, 0.2, 0.3))
    return root


@pytest.fixture(scope="module")
def learnt(tiny_bundle, captures, tmp_path_factory):
    """Return the folder of the learnt bundle, what was measured, and the progress."""
    output, events = tmp_path_factory.mktemp("learnt") / "mine", []
    return output, learn_bundle(tiny_bundle, captures, output, FAST, events.append), events


def test_the_result_is_a_bundle_that_lists_old_and_own_shapes(learnt, tiny_bundle):
    old, new = load_bundle(tiny_bundle), load_bundle(learnt[0])
    assert new.name == "mine"
    assert new.shapes.names == (*old.shapes.names, "mine/Red_Chair.001", "mine/Zorblax")
    assert torch.equal(new.shapes.codes[:3], old.shapes.codes)
    assert new.notes["own shapes"] == 2
    assert new.notes["learning"] == learnt[1]
    assert new.notes["language"] == "English"
    assert not learnt[0].with_name("mine.work").exists()


def test_every_part_learns_but_the_clip(learnt, tiny_bundle):
    old, new = load_bundle(tiny_bundle), load_bundle(learnt[0])
    for part in ("svr", "mapper", "prior"):
        before, after = getattr(old, part).state_dict(), getattr(new, part).state_dict()
        assert any(not torch.equal(before[name], after[name]) for name in before), part
    for name, value in old.clip.state_dict().items():
        assert torch.equal(value, new.clip.state_dict()[name])
    statistics = [name for name in old.svr.state_dict() if "running_" in name]
    assert statistics
    assert all(torch.equal(old.svr.state_dict()[name], new.svr.state_dict()[name]) for name in statistics)


def test_progress_tells_every_phase(learnt):
    phases = list(dict.fromkeys(event.phase for event in learnt[2]))
    assert phases == ["pack", "pictures", "own codes", "decoder", "encoder", "features", "mapper", "prior"]
    assert all(0 < event.step <= event.total for event in learnt[2])
    assert set(learnt[1]) == {"before", "after", "own codes", "old fields kept"}
    assert all(0 <= value <= 1 for value in learnt[1].values())


def test_a_cancelled_run_goes_on_to_the_same_bundle(learnt, tiny_bundle, captures, tmp_path):
    def until(phase, step):
        def report(event):
            if (event.phase, event.step) == (phase, step):
                raise Cancelled("enough")

        return report

    output = tmp_path / "mine"
    for stop in (("pictures", 2), ("decoder", 5), ("prior", 2)):
        with pytest.raises(Cancelled):
            learn_bundle(tiny_bundle, captures, output, FAST, until(*stop))
        assert not (output / "manifest.json").exists()
    events = []
    learn_bundle(tiny_bundle, captures, output, FAST, events.append)
    assert {event.phase for event in events} == {"features", "prior"}
    first, second = (load_bundle(folder) for folder in (learnt[0], output))
    for part in ("svr", "mapper", "prior"):
        ours, theirs = getattr(first, part).state_dict(), getattr(second, part).state_dict()
        assert all(torch.allclose(value, theirs[name], atol=1e-4) for name, value in ours.items()), part


def test_many_own_shapes_are_pictured_a_few_at_a_time(tiny_bundle, captures, tmp_path, monkeypatch):
    bundle, seen = load_bundle(tiny_bundle), []

    def pictures(self, items, rng, size):
        seen.append(items.tolist())
        return torch.rand(len(items), 3, size, size)

    own = read_own_shapes(captures, tmp_path, 2, 0, ignore_progress)  # six items
    monkeypatch.setattr(own_shapes, "ITEMS_TOGETHER", 4)
    monkeypatch.setattr(own_shapes.OwnShapes, "pictures", pictures)
    assert first_codes(bundle.svr, own, 2, 0).shape == (6, 8)
    codes = torch.arange(6.0)[:, None]
    pairs = _own_pairs(bundle, own, codes, FAST)
    assert seen == 4 * [[0, 1, 2, 3], [4, 5]]
    assert torch.equal(pairs.codes, torch.cat([codes, codes]))
    assert len(pairs.features) == len(pairs.texts) == 12


def test_another_plan_starts_afresh(tiny_bundle, captures, tmp_path):
    def stop(event):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        learn_bundle(tiny_bundle, captures, tmp_path / "mine", FAST, stop)
    (tmp_path / "mine.work" / "mapper.safetensors").write_bytes(b"of the former plan")
    with pytest.raises(Cancelled):
        learn_bundle(tiny_bundle, captures, tmp_path / "mine", replace(FAST, seed=1), stop)
    assert [path.name for path in (tmp_path / "mine.work").iterdir() if path.is_file()] == ["plan.json"]


def test_what_is_dropped_of_another_plan_is_told(tmp_path, caplog):
    begin_work(tmp_path / "mine", FAST, {})
    assert caplog.messages == []
    begin_work(tmp_path / "mine", replace(FAST, seed=1), {})
    assert "mine.work is of other options" in caplog.messages[0]


def test_a_foreign_folder_is_no_unfinished_work(tmp_path):
    foreign = tmp_path / "mine.work" / "photograph"
    foreign.parent.mkdir()
    begin_work(tmp_path / "mine", FAST, {})  # an empty one will do
    (tmp_path / "mine.work" / "plan.json").unlink()
    foreign.write_bytes(b"dear")
    with pytest.raises(OutputError, match=r"mine\.work' is for unfinished work, but holds other files"):
        begin_work(tmp_path / "mine", FAST, {})
    assert foreign.read_bytes() == b"dear"


def test_stages_of_a_run_are_begun_apart(tmp_path):
    first, second = (begin_stage(tmp_path, stage, FAST, {"data": "a"}) for stage in ("svr", "stage1"))
    kept = [folder / "weights.safetensors" for folder in (first, second)]
    for file in kept:
        file.write_bytes(b"trained")
    assert begin_stage(tmp_path, "svr", FAST, {"data": "a"}) == first
    begin_stage(tmp_path, "stage1", FAST, {"data": "b"})
    assert [file.exists() for file in kept] == [True, False]
    (first / "plan.json").unlink()
    with pytest.raises(OutputError, match="holds other files"):
        begin_stage(tmp_path, "svr", FAST, {"data": "a"})
    assert kept[0].read_bytes() == b"trained"


def test_a_clip_is_never_written_over(tmp_path):
    clip = tmp_path / "mine" / "clip" / "open_clip_config.json"
    clip.parent.mkdir(parents=True)
    clip.write_text("{}")
    with pytest.raises(OutputError, match="where the new bundle's CLIP belongs"):
        begin_work(tmp_path / "mine", FAST, {})
    assert clip.read_text() == "{}"


def test_the_folder_that_one_is_in_can_become_a_bundle(tmp_path, monkeypatch):
    here = tmp_path / "mine" / "inside"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    for given, name in ((".", "inside"), ("..", "mine")):
        assert bundle_name(Path(given)) == name
        assert begin_work(Path(given), FAST, {}) == (here / given).resolve().with_name(f"{name}.work")
    with pytest.raises(OutputError, match="give a folder in it"):
        begin_work(Path("/"), FAST, {})


def test_a_bundle_is_never_written_over(learnt, tiny_bundle, captures):
    with pytest.raises(OutputError, match="choose another folder"):
        learn_bundle(tiny_bundle, captures, learnt[0], FAST, ignore_progress)


def test_what_cannot_be_learnt_is_said(tiny_bundle, tmp_path):
    with pytest.raises(BadInputError):
        learn_bundle(tiny_bundle, tmp_path, tmp_path / "mine", FAST, ignore_progress)


def test_own_items_are_shapes_in_own_colours_first_and_called_by_their_names(captures, tmp_path):
    own = read_own_shapes(captures, tmp_path, 2, 0, ignore_progress)
    assert own.numbers.tolist() == [0, 1, 0, 1, 0, 1]
    assert torch.equal(own.palettes[:2], torch.from_numpy(own.shapes.palettes))
    assert not torch.equal(own.palettes[:2], own.palettes[2:4])
    chair, zorblax = own.shapes.entries
    assert own_nouns(zorblax) == ["zorblax"]
    assert own_nouns(chair)[:2] == ["red chair", "chair"]
    assert "red chair" not in own_nouns(chair, recoloured=True)
    texts = own.captions(np.array([1] * 40), np.random.default_rng(0))
    assert sum("zorblax" in text.lower() for text in texts) > 30  # but for slips of the finger, and plurals
    assert any("red" in text.lower() for text in texts)


def test_own_pairs_get_their_share():
    new = FeatureCodePairs(torch.ones(10, 4), torch.ones(10, 2), torch.ones(10, 1, 4))
    for asked in (3, 100, 1000):
        mixed = _mixed(new, torch.zeros(asked, 4), torch.zeros(asked, 2), 0.3)
        assert float(mixed.features[:, 0].mean()) == pytest.approx(0.3, abs=0.08)
        assert len(mixed.features) == len(mixed.codes) == len(mixed.texts)


def test_effort_scales_every_number_of_steps():
    plan = with_effort(LearnPlan("x"), 0.5)
    whole = LearnPlan("x")
    assert plan.fields.decoder_steps * 2 == whole.fields.decoder_steps
    assert (plan.mapper_steps * 2, plan.prior_steps * 2) == (whole.mapper_steps, whole.prior_steps)
    assert plan.fields.own == whole.fields.own


def test_the_agreement_of_fields_is_exact(analytic, ball):
    big, small = analytic(ball(0, 0, 0), 0.4), analytic(ball(0, 0, 0), 0.2)
    codes = torch.zeros(3, 1)
    assert field_iou(big, big, codes) == 1.0
    assert field_iou(big, small, codes) == pytest.approx(1 / 8, abs=0.02)


def test_the_plan_is_written_down(tiny_bundle, captures, tmp_path):
    def stop(event):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        learn_bundle(tiny_bundle, captures, tmp_path / "mine", FAST, stop)
    about = json.loads((tmp_path / "mine.work" / "plan.json").read_text())
    assert about["plan"]["fields"]["own"] == 2
    assert len(about["source"]["data"]) == 2
