"""Studies on held-out shapes, with balls whose radius is their code."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.bundle import Bundle, ShapeCodes
from iss_backend.cli.main import main
from iss_backend.clip import load_clip
from iss_backend.errors import BadInputError
from iss_backend.evaluation.baselines.image_features import FeatureMapperSettings, shipped_pairs
from iss_backend.evaluation.held_out import captioned_pictures
from iss_backend.evaluation.studies import encoders, reading
from iss_backend.evaluation.studies.encoders import EncoderStudySettings, compare_encoders
from iss_backend.evaluation.studies.gap import GAP_ROW, measure_distances
from iss_backend.evaluation.studies.mapper_switches import MapperSwitchSettings, compare_mappers, variants
from iss_backend.evaluation.studies.reading import measure_reading
from iss_backend.generation.jobs import OUTLINE_SIZE
from iss_backend.outline.fit import OutlineSettings
from iss_backend.progress import ignore_progress
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr import split_indices

FEW = LoopSettings(steps=2, learning_rate=1e-3, warmup=1)
MEAN_RADIUS = 0.3


@pytest.fixture
def ball_bundle(analytic, ball, ball_radii, tiny_clip_folder):
    """Give a bundle that knows the training balls, and one whose name means another ball than the captured one."""
    clip = load_clip(tiny_clip_folder)
    svr = analytic(ball(0.0, 0.0, 0.0), MEAN_RADIUS)

    def encode(pictures):
        """Read the radius off the share of the picture that a ball covers, seen from 1.7."""
        share = (pictures < 0.999).any(dim=1).float().mean(dim=(1, 2))
        tangent = (share * 4.0 / torch.pi).sqrt() / 2.1875
        return (1.7 * torch.sin(torch.atan(tangent)) - MEAN_RADIUS)[:, None]

    svr.encode = encode
    torch.manual_seed(0)
    mapper = Mapper(MapperConfig(16, 1, 8, "linear")).eval()
    gap = TextImageGap(torch.zeros(16), torch.zeros(16))
    names = [f"toy/{name}" for name in ball_radii][:3]
    codes = torch.tensor([[radius - MEAN_RADIUS] for radius in ball_radii.values()][:3])
    codes[2] = -0.2  # another shape of that name
    return Bundle("balls", clip, svr.requires_grad_(False), mapper, None, gap, ShapeCodes(codes, tuple(names)), {})


def test_only_codes_that_look_like_the_captured_shape_are_learnt_from(ball_bundle, packed, ball_radii):
    numbers = KnownShapes(packed, ball_bundle.shapes).recognised(ball_bundle.svr, packed)
    assert {packed.entries[number].name for number in numbers} == set(list(ball_radii)[:2])
    pairs = shipped_pairs(ball_bundle, packed, 5, 0, ignore_progress)
    assert pairs.features.shape == (5, 16)
    assert set(pairs.codes.flatten().tolist()) <= set(ball_bundle.shapes.codes[:2].flatten().tolist())


def test_data_of_another_bundle_are_refused(ball_bundle, packed):
    strangers = ShapeCodes(ball_bundle.shapes.codes, ("a/1", "a/2", "a/3"))
    stranger = Bundle(
        *(getattr(ball_bundle, n) for n in ("name", "clip", "svr", "mapper", "prior", "gap")), strangers, {}
    )
    with pytest.raises(BadInputError, match="not trained on any of these shapes"):
        shipped_pairs(stranger, packed, 5, 0, ignore_progress)
    distorted = replace(ball_bundle, shapes=ShapeCodes(torch.full((3, 1), -0.2), ball_bundle.shapes.names))
    with pytest.raises(BadInputError, match="not trained on any of these shapes"):
        shipped_pairs(distorted, packed, 5, 0, ignore_progress)


def test_encoders_score_what_they_must(ball_bundle, packed, ball_radii, tmp_path):
    settings = EncoderStudySettings(2, 0, 32, FeatureMapperSettings(8, loop=FEW))
    table = compare_encoders(ball_bundle, packed, settings, tmp_path, ignore_progress)
    held_out = list(ball_radii.values())[3:]
    assert table.rows["E_S + D"]["all"].mean > 0.8
    assert table.rows["E_S + D"]["all"].count == 2 * len(held_out)
    sizes = [(min(r, MEAN_RADIUS) / max(r, MEAN_RADIUS)) ** 3 for r in held_out]
    assert table.rows["the mean shape"]["all"].mean == pytest.approx(np.mean(sizes), abs=0.06)
    assert table.rows["the mean shape"]["all"] == table.rows["the mean shape"]["meshes"]
    assert "procedural" not in table.rows["E_S + D"]
    assert "E_I + D" in table.rows
    assert not any("fine-tuned" in name for name in table.rows)


def test_d_is_fine_tuned_for_both_encoders(studio, packed, tmp_path, monkeypatch):
    pairs = {"toy/" + packed.entries[n].name: studio.bundle.shapes.codes[0] for n in range(len(packed))}
    monkeypatch.setattr("iss_backend.training.known_shapes.LEAST_IOU", 0.0)
    shapes = ShapeCodes(torch.stack(list(pairs.values())), tuple(pairs))
    fields = ("name", "clip", "svr", "mapper", "prior", "gap")
    bundle = Bundle(*(getattr(studio.bundle, n) for n in fields), shapes, {})
    settings = EncoderStudySettings(1, 2, 32, FeatureMapperSettings(8, loop=FEW))
    table = compare_encoders(bundle, packed, settings, tmp_path, ignore_progress)
    assert [name for name in table.rows if "fine-tuned" in name] == ["E_S + D, D fine-tuned", "E_I + D, D fine-tuned"]


def test_what_d_is_fine_tuned_on_depends_on_the_batch_alone(studio, packed, tmp_path, monkeypatch):
    def train(svr, shapes, codes_of, *_):
        palettes = torch.from_numpy(shapes.palettes)
        seen.extend(codes_of(np.array(numbers), palettes[numbers]) for numbers in ([0, 1], [0, 1], [1, 0]))

    seen = []
    monkeypatch.setattr(encoders, "train_decoder", train)
    monkeypatch.setattr(encoders, "train_feature_mapper", lambda *_: None)
    settings = EncoderStudySettings(1, 2, 32, FeatureMapperSettings(8, loop=FEW))
    encode = studio.bundle.svr.encode
    encoders._tuned_decoder(studio.bundle, packed, encode, settings, tmp_path / "d.safetensors", ignore_progress)
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], seen[2].flip(0))


def test_pictures_are_read_step_by_step(ball_bundle, packed, ball_radii, monkeypatch):
    true = [ball_radii[packed.entries[number].name] - MEAN_RADIUS for number in split_indices(packed)[1]]
    wanted = iter(torch.tensor([[code] for code in true * 2]))

    def fitted(bundle, pictures, outlined, framed, settings, generator):
        assert framed
        assert outlined.mask.shape == (OUTLINE_SIZE, OUTLINE_SIZE)
        assert pictures.shape[-1] == bundle.svr.image_size
        torch.testing.assert_close(pictures[0].mean(dim=(1, 2)), outlined.image.mean(dim=(1, 2)), atol=5e-3, rtol=0)
        return next(wanted)

    monkeypatch.setattr(reading, "read_code", fitted)
    table = measure_reading(ball_bundle, packed, None, 2, OutlineSettings(), ignore_progress)
    assert {row["all"].count for row in table.rows.values()} == {2 * len(true)}
    assert table.rows["drawn to known shapes"] == table.rows["E_S + D"]  # three known ones are too few
    assert table.rows["E_S + D"]["all"].mean < 0.8 < table.rows["fitted to the outline"]["all"].mean
    with pytest.raises(BadInputError, match="the data have 2"):
        measure_reading(ball_bundle, packed, 3, 1, OutlineSettings(), ignore_progress)


@pytest.mark.parametrize("study", ["encoders", "reading"])
def test_studies_of_held_out_shapes_need_some(study, tiny_bundle, packed_folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("iss_backend.training.svr.split_of", lambda name: "train")
    command = ["evaluate", study, str(packed_folder), "-o", str(tmp_path / "row.json"), "--device", "cpu"]
    assert main([*command, "--bundle", str(tiny_bundle)]) == 2
    assert "on one side of the split, and none is left to measure with" in capsys.readouterr().err


def test_distances_of_all_starts(studio, packed, fast):
    table = measure_distances(studio.bundle, packed, 2, 2, fast.stage2, ignore_progress)
    assert table.rows[GAP_ROW]["distance"].count == 4
    assert set(table.rows["M(f_I)"]) == {"distance"}
    assert table.rows["M(f_T) after stage 2"]["agreement"].count == 4
    seen = [one for seed in range(2) for one in captioned_pictures(studio.bundle, packed, 2, seed)]
    clip = studio.bundle.clip
    gaps = [1 - float(clip.encode_image(s.picture)[0] @ clip.encode_text([s.caption])[0]) for s in seen]
    assert table.rows[GAP_ROW]["distance"].mean == pytest.approx(np.mean(gaps), abs=1e-5)
    with pytest.raises(BadInputError, match="the data have 2"):
        measure_distances(studio.bundle, packed, 3, 1, fast.stage2, ignore_progress)


def test_each_mapper_differs_in_one_thing_from_the_papers():
    kinds = variants(FEW)
    paper = kinds.pop("paper's formulas")
    assert (paper.training.norm, paper.training.lowest_cosine, paper.ending) == ("squared_l2", 1.0, "leaky_relu")
    official = kinds["all three (official)"]
    assert (official.training.norm, official.training.lowest_cosine, official.ending) == ("l1", 0.96, "linear")


def test_mappers_are_compared_on_the_same_pictures(ball_bundle, packed, tmp_path):
    table = compare_mappers(ball_bundle, packed, MapperSwitchSettings(8, 2, 1, FEW), tmp_path, ignore_progress)
    assert len(table.rows) == 6
    assert all(row["agreement"].count == 2 for row in table.rows.values())
    assert len(list(tmp_path.glob("mapper_*.safetensors"))) == 6


@pytest.mark.parametrize(("study", "compare"), [("encoders", "encoders.compare_encoders"),
                                                ("mapper-switches", "mapper_switches.compare_mappers")])  # fmt: skip
def test_what_a_study_trains_belongs_to_its_options(study, compare, tiny_bundle, packed_folder, tmp_path, monkeypatch):
    gone_on = []

    def train(bundle, shapes, settings, work, report):
        gone_on.append((work / "trained").exists())
        (work / "trained").write_bytes(b"")

    monkeypatch.setattr(f"iss_backend.evaluation.studies.{compare}", train)
    monkeypatch.setattr("iss_backend.cli.evaluate_studies.show", lambda *_: None)
    command = ["evaluate", study, str(packed_folder), "-o", str(tmp_path / "x.json"), "--device", "cpu"]
    command += ["--bundle", str(tiny_bundle), "--steps"]
    assert [main([*command, steps]) for steps in ("1", "1", "2")] == [0, 0, 0]
    assert gone_on == [False, True, False]


def test_reading_is_a_study_of_the_command_line(tiny_bundle, packed_folder, tmp_path, capsys):
    output = tmp_path / "reading.json"
    command = ["evaluate", "reading", str(packed_folder), "-o", str(output), "--count", "1", "--device", "cpu"]
    assert main([*command, "--bundle", str(tiny_bundle)]) == 0
    assert "fitted to the outline" in capsys.readouterr().out
    assert json.loads(output.read_text())["about"]["held-out shapes"] == 1
