import shutil
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.bundle import MANIFEST, load_bundle
from iss_backend.cli.main import main
from iss_backend.svr.checkpoints import write_model
from iss_backend.svr.losses import FieldSamples
from iss_backend.training import stage1
from iss_backend.training.clip_config import build_towers, write_clip_folder
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import (
    DecoderTrainingSettings,
    MapperTrainingSettings,
    noisy_pairs,
    train_decoder,
    train_mapper,
    train_prior,
)
from iss_backend.training.svr import SVRTrainingSettings

LOOP = LoopSettings(steps=100, learning_rate=5e-3, warmup=2)


@pytest.fixture
def pairs():
    """Return pairs whose codes are the first three entries of their features."""
    features = functional.normalize(torch.randn(64, 6, generator=torch.Generator().manual_seed(0)), dim=-1)
    return FeatureCodePairs(features, 2.0 * features[:, :3])


def test_pairs_that_are_drawn_belong_together(pairs):
    features, codes = pairs.draw(200, torch.Generator().manual_seed(1))
    assert torch.equal(codes, 2.0 * features[:, :3])
    assert len(features.unique(dim=0)) > 50


def test_captions_of_a_picture_are_drawn_in_turn_and_moved_across_the_gap(pairs):
    texts = functional.normalize(torch.randn(64, 3, 6, generator=torch.Generator().manual_seed(1)), dim=-1)
    told = replace(pairs, texts=texts)
    features, codes = told.draw(600, torch.Generator().manual_seed(1), text_share=1.0)
    rows = (codes[:, None] - pairs.codes[None]).abs().sum(-1).argmin(dim=1)
    same = (features[:, None] == texts[rows]).all(dim=-1)
    assert (same.sum(dim=1) == 1).all() and (same.sum(dim=0) > 140).all()
    moved = told.with_texts_moved(TextImageGap(torch.full((6,), 0.2), torch.full((6,), -0.1))).texts
    torch.testing.assert_close(moved, functional.normalize(texts - 0.3, dim=-1))
    assert pairs.with_texts_moved(TextImageGap(torch.zeros(6), torch.ones(6))) is pairs


def test_noise_turns_features_down_to_the_lowest_cosine_and_leaves_codes(pairs):
    settings = MapperTrainingSettings(batch=500, lowest_cosine=0.6)
    turned, codes, _ = noisy_pairs(pairs, settings, step=3)
    clean = pairs.features[(codes[:, None] - pairs.codes[None]).abs().sum(-1).argmin(dim=1)]
    cosines = (turned * clean).sum(-1)
    assert 0.6 - 1e-5 <= cosines.min() < 0.62
    assert 0.98 < cosines.max() <= 1 + 1e-5
    torch.testing.assert_close(turned.norm(dim=-1), torch.ones(500))


def test_clean_features_are_those_of_the_paper(pairs):
    features, codes, _ = noisy_pairs(pairs, MapperTrainingSettings(batch=20, lowest_cosine=1.0), step=0)
    torch.testing.assert_close(codes, 2.0 * features[:, :3])


def test_the_pairs_of_a_step_depend_on_seed_and_step_alone(pairs):
    def drawn(seed, step):
        return noisy_pairs(pairs, MapperTrainingSettings(batch=8, seed=seed), step)[0]

    assert torch.equal(drawn(1, 5), drawn(1, 5))
    assert not torch.equal(drawn(1, 5), drawn(1, 6))
    assert not torch.equal(drawn(1, 5), drawn(2, 5))


@pytest.mark.parametrize("norm", ["squared_l2", "l1"])
def test_the_mapper_learns_the_pairs(tmp_path, pairs, norm):
    torch.manual_seed(0)
    mapper, losses = Mapper(MapperConfig(6, 3, 16, "linear")), []
    settings = MapperTrainingSettings(batch=64, lowest_cosine=1.0, norm=norm, weight=1.0, loop=LOOP)
    train_mapper(mapper, pairs, settings, tmp_path / "x.safetensors", lambda event: losses.append(event.loss))
    assert losses[-1] < 0.75 * losses[0]


def test_the_prior_learns_the_pairs(tmp_path, pairs):
    torch.manual_seed(0)
    prior, losses = CodePrior(PriorConfig(6, 3, 16, 1)), []
    settings = MapperTrainingSettings(batch=64, loop=LOOP)
    train_prior(prior, pairs, settings, tmp_path / "x.safetensors", lambda event: losses.append(event.loss))
    assert losses[-1] < 0.9 * losses[0]


class Batches:
    """Batches whose pictures are white and whose shapes are outside everywhere and grey."""

    def __init__(self, *_):
        pass

    def draw(self, step):
        return SimpleNamespace(shapes=None, palettes=None, step=step)

    def images(self, batch, size):
        return torch.ones(2, 3, size, size)

    def field_samples(self, batch):
        points = torch.rand(2, 32, 3, generator=torch.Generator().manual_seed(batch.step)) - 0.5
        return FieldSamples(points, torch.zeros(2, 32), points[:, :4], torch.full((2, 4, 3), 0.5))


class Captures:
    """Captures whose background rays end at one corner of the cube."""

    def background_points(self, batch, rays, depth, rng):
        return torch.full((batch, rays, 3), 0.49)


@pytest.mark.parametrize("codes_of", [None, lambda shapes, palettes: torch.zeros(2, 8)])
def test_the_decoder_turns_white_where_rays_miss_and_the_encoder_stays(tmp_path, tiny_triplane, monkeypatch, codes_of):
    monkeypatch.setattr(stage1, "SVRBatches", Batches)
    monkeypatch.setattr(stage1, "split_indices", lambda shapes: (None, None))
    before = {name: value.clone() for name, value in tiny_triplane.state_dict().items()}
    corner = torch.full((1, 1, 3), 0.49)
    code = codes_of(None, None)[:1] if codes_of else tiny_triplane.encode(torch.ones(1, 3, 64, 64)).detach()
    field = tiny_triplane.prepare(code)
    shade = tiny_triplane.query(field, corner)[1].mean().item()
    settings = DecoderTrainingSettings(
        SVRTrainingSettings(batch=2, loop=LoopSettings(steps=40, learning_rate=0.01, warmup=1)),
        background_weight=20.0,
        background_rays=4,
    )
    train_decoder(tiny_triplane, Captures(), codes_of, settings, tmp_path / "x.safetensors", lambda event: None)
    after = tiny_triplane.state_dict()
    changed = {name.split(".")[0] for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed == {"planes", "trunk", "occupancy_head", "colour_head"}
    assert not any(p.requires_grad for p in tiny_triplane.parameters())
    assert not tiny_triplane.training
    whiter = tiny_triplane.query(tiny_triplane.prepare(code), corner)[1].mean().item()
    assert whiter > shade + 0.2


@pytest.fixture
def command(packed, tiny_triplane, tiny_clip_folder, tmp_path):
    """Return a tiny stage 1 of tmp_path/run that writes tmp_path/bundle."""
    run, bundle = tmp_path / "run", tmp_path / "bundle"
    write_model(run, "triplane", asdict(tiny_triplane.config), tiny_triplane.state_dict())
    shutil.copytree(tiny_clip_folder, run / "clip")
    command = ["train", "stage1", str(packed), "-o", str(run), "--bundle", str(bundle), "--steps", "1"]
    return [*command, "--decoder-steps", "0", "--pairs", "7"]


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_resumed_command_encodes_no_pair_again(command, tmp_path, monkeypatch):
    with monkeypatch.context() as stopped:
        stopped.setattr("iss_backend.training.recipes.train_mapper", interrupted)
        assert main(command) == 130
    monkeypatch.setattr("iss_backend.training.recipes.encode_pairs", lambda *_: pytest.fail("encoded again"))
    assert main(command) == 0
    assert (tmp_path / "bundle" / MANIFEST).is_file()


def test_an_interrupted_writing_of_the_bundle_is_gone_on_with(command, tmp_path, monkeypatch):
    with monkeypatch.context() as stopped:
        stopped.setattr("iss_backend.bundle._seal", interrupted)
        assert main(command) == 130
    assert (tmp_path / "bundle" / "mapper.safetensors").is_file()
    assert main(command) == 0
    assert load_bundle(tmp_path / "bundle").name == "my-bundle"


def test_a_bundle_or_another_clip_is_not_written_over(command, tiny_clip_config, tmp_path, capsys, monkeypatch):
    assert main(command) == 0
    monkeypatch.setattr("iss_backend.training.recipes.begin_stage", lambda *_: pytest.fail("training began"))
    assert main(command) == 2
    assert f"There is a bundle in {tmp_path / 'bundle'} already; choose another folder" in capsys.readouterr().err
    clip = tmp_path / "foreign" / "clip"
    write_clip_folder(clip, build_towers(tiny_clip_config), tiny_clip_config)
    before = [file.read_bytes() for file in sorted(clip.iterdir())]
    assert main([*command, "--bundle", str(clip.parent)]) == 2
    assert f"There is '{clip}' already, where the new bundle's CLIP belongs" in capsys.readouterr().err
    assert [file.read_bytes() for file in sorted(clip.iterdir())] == before


def test_a_bundle_never_takes_the_place_of_its_run_folder(command, tmp_path, capsys):
    run = tmp_path / "run"
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    assert main([*command, "--bundle", str(run / "clip" / "..")]) == 2
    assert "would replace the models of its own run folder" in capsys.readouterr().err
    assert {file: file.read_bytes() for file in run.rglob("*") if file.is_file()} == before


def test_another_svr_model_clip_or_plan_gets_a_mapper_of_its_own(command, tiny_triplane, tiny_clip_config, tmp_path):
    def mapper():
        bundle = tmp_path / f"bundle{len(list(tmp_path.iterdir()))}"
        assert main([*command, "--bundle", str(bundle)]) == 0
        return (bundle / "mapper.safetensors").read_bytes()

    found = [mapper()]
    assert mapper() == found[0]
    others = {name: value + value for name, value in tiny_triplane.state_dict().items()}
    write_model(tmp_path / "run", "triplane", asdict(tiny_triplane.config), others)
    found.append(mapper())
    write_clip_folder(tmp_path / "run" / "clip", build_towers(tiny_clip_config), tiny_clip_config)
    found.append(mapper())
    command[-1] = "8"
    found.append(mapper())
    assert len(set(found)) == 4
