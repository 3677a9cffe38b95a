"""Stage 1, stage 2 and meshing on every published model, tiny and random."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import trimesh

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.stage2 import Stage2Settings, plain_start, run_stage2
from iss_backend.clip import load_clip
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError, OutputError
from iss_backend.meshing import MeshSettings, extract_mesh
from iss_backend.progress import ignore_progress
from iss_backend.rendering import RenderSettings
from iss_backend.svr import build_svr, config_of, dvr_resnet
from iss_backend.svr.ss3d_losses import CameraHypotheses, SinglePicture
from iss_backend.training.generator_pairs import GeneratorPlan, sampled_pairs, train_generator_run
from iss_backend.training.pairs import FeatureCodePairs, encode_pairs
from iss_backend.training.recipes import SvrPlan, load_trained_svr, train_svr_run
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import DecoderTrainingSettings, MapperTrainingSettings, train_decoder, train_mapper
from iss_backend.training.svr import SVRTrainingSettings
from iss_backend.training.svr_pictures import SinglePictureSettings, train_ss3d_on_pictures

TINY = {
    "dvr": {"code_size": 8, "hidden": 16},
    "imnet": {"code_size": 8, "width": 8, "image_width": 2},
    "ss3d": {"width": 8, "layers": 2},
    "get3d": {"code_half": 8, "mapping_layers": 2, "hidden": 16},
}
LOOK = RenderSettings(size=16, steps=24, grid=16, background="field", soft_outline=True)


def tiny(kind, monkeypatch):
    """Return a random model whose code 0 has both an inside and an outside."""
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    if kind == "dvr":
        from iss_backend.svr import dvr

        monkeypatch.setattr(dvr, "FEATURES", 8)
    torch.manual_seed(2)
    model = build_svr(kind, TINY[kind]).eval()
    if kind == "get3d":
        return model
    with torch.no_grad():
        if kind == "imnet":
            for name, value in model.generator.state_dict().items():
                if name.endswith("weight"):
                    value.normal_(0.0, (2.0 / value.shape[1]) ** 0.5)
        last = {"dvr": "decoder.fc_out", "imnet": "generator.linear_7", "ss3d": f"decoder.net.{3}"}[kind]
        layer, row = model.get_submodule(last), 3 if kind == "ss3d" else 0
        layer.weight[row] *= 20.0
        points = torch.rand(1, 3000, 3) - 0.5
        field = model.prepare(model.as_code(torch.zeros(1, model.code_size)))
        if kind == "imnet":
            hidden = torch.nn.functional.leaky_relu(model.generator.linear_6(model.generator(field, points)[1]), 0.02)
            layer.bias.add_(0.5 - layer(hidden).quantile(0.8))
        else:
            layer.bias[row] -= model.occupancy(field, points).quantile(0.8)
    return model


def trainable_pairs(model, clip, count=6):
    """Return random unit features and codes in the model's range."""
    generator = torch.Generator().manual_seed(0)
    features = torch.nn.functional.normalize(torch.randn(count, clip.feature_size, generator=generator), dim=1)
    return FeatureCodePairs(features, model.as_code(0.1 * torch.randn(count, model.code_size, generator=generator)))


@pytest.mark.parametrize("kind", list(TINY))
def test_a_mapper_and_two_steps_of_stage_2(kind, monkeypatch, tiny_clip_folder, tmp_path):
    model, clip = tiny(kind, monkeypatch), load_clip(tiny_clip_folder)
    model.requires_grad_(False)
    mapper = Mapper(MapperConfig(clip.feature_size, model.code_size, 16, final_activation=model.code_ending))
    pairs = trainable_pairs(model, clip)
    before = (mapper(pairs.features) - pairs.codes).square().mean()
    settings = MapperTrainingSettings(batch=6, lowest_cosine=1.0, loop=LoopSettings(30, 3e-3, warmup=1))
    train_mapper(mapper, pairs, settings, tmp_path / "mapper.safetensors", ignore_progress)
    assert (mapper(pairs.features) - pairs.codes).square().mean() < 0.7 * before
    target = clip.encode_text(["a red ball"])[0]
    stage2 = Stage2Settings(steps=2, views=2, learning_rate=1e-3, render=LOOK)
    start = plain_start(mapper, target)
    first = mapper(target[None])[0]
    steps = list(run_stage2(mapper, model, clip, start, target, stage2, torch.Generator().manual_seed(0)))
    assert len(steps) == 2 and all(np.isfinite(step.loss) for step in steps)
    moved = (steps[1].code - first).abs()
    assert moved.max() > 0 and steps[1].code.isfinite().all()
    if kind == "imnet":
        assert steps[1].code.min() > 0 and steps[1].code.max() < 1
    if kind == "get3d":
        assert moved[:8].max() > 0 and moved[8:].max() > 0  # geometry and texture both
    mesh = extract_mesh(model, model.prepare(steps[1].code[None]), MeshSettings(resolution=16))
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert solid.is_watertight and 0.001 < solid.volume < 1.01
    assert np.abs(mesh.vertices).max() < 0.501


@pytest.mark.parametrize("kind", ["dvr", "imnet", "ss3d"])
def test_stage_1_fine_tunes_the_decoder_alone(kind, monkeypatch, packed, tmp_path):
    model = tiny(kind, monkeypatch)
    shapes = PackedShapes(packed)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    samples = SVRTrainingSettings(batch=2, near_points=32, uniform_points=16, surface_points=16)
    loop = LoopSettings(2, 1e-3, warmup=1)
    settings = DecoderTrainingSettings(svr=SVRTrainingSettings(**{**vars(samples), "loop": loop}), background_rays=8)
    train_decoder(model, shapes, None, settings, tmp_path / "decoder.safetensors", ignore_progress)
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert changed and not any(name.startswith(("encoder.", "img_encoder.")) for name in changed)
    if kind == "imnet":
        assert any(name.startswith("colour.") for name in changed)


@pytest.mark.parametrize("kind", ["imnet", "ss3d"])
def test_a_training_from_scratch_is_a_run_folder(kind, monkeypatch, packed, tmp_path):
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    train_svr_run(packed, tmp_path, SvrPlan(1, 2, model=kind, config=TINY[kind], encoder_steps=1), ignore_progress)
    model, shapes, chosen = load_trained_svr(tmp_path), PackedShapes(packed), np.arange(2)
    from iss_backend.training.code_source import whole_shape_codes

    codes = whole_shape_codes(tmp_path, model, shapes)(chosen, torch.from_numpy(shapes.palettes[chosen]))
    assert codes.shape == (2, model.code_size)
    assert ((codes > 0) & (codes < 1)).all() == (kind == "imnet")


@pytest.mark.parametrize("kind", ["imnet", "ss3d"])
def test_rays_train_them_too(kind, monkeypatch, packed, tmp_path):
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 4, 8, 8))
    plan = SvrPlan(1, 2, model=kind, config=TINY[kind], supervision="rays", device="cpu")
    train_svr_run(packed.parent, tmp_path, plan, ignore_progress)
    assert config_of(load_trained_svr(tmp_path)) == config_of(build_svr(kind, TINY[kind]))


def test_ss3d_learns_from_single_pictures_without_cameras(monkeypatch, tmp_path):
    model = tiny("ss3d", monkeypatch)
    mask = torch.zeros(12, 12, dtype=torch.bool)
    mask[3:9, 4:8] = True
    picture = SinglePicture(torch.where(mask, 0.3, 1.0).expand(3, -1, -1), mask)
    settings = SinglePictureSettings(2, 24, 12, 2, loop=LoopSettings(2, 1e-3, warmup=1))
    before = {name: value.clone() for name, value in model.named_parameters()}
    model.requires_grad_(True)
    guesses = train_ss3d_on_pictures(model, [picture] * 3, settings, tmp_path / "pictures.safetensors", ignore_progress)
    moved = {name.split(".")[0] for name, value in model.named_parameters() if not torch.equal(value, before[name])}
    assert moved == {"encoder", "decoder"} and len(guesses) == 3
    assert any(not torch.equal(some.azimuth, CameraHypotheses().azimuth) for some in guesses)
    assert all(p.isfinite().all() for p in model.parameters())
    with pytest.raises(BadInputError, match="no pictures"):
        train_ss3d_on_pictures(model, [], settings, tmp_path / "none.safetensors", ignore_progress)


def test_pairs_of_imnet_lie_in_its_range(monkeypatch, packed, tiny_clip_folder):
    model, shapes = tiny("imnet", monkeypatch), PackedShapes(packed)
    pairs = encode_pairs(model, load_clip(tiny_clip_folder), shapes, np.arange(3), 4, 0, None, ignore_progress)
    assert pairs.codes.min() > 0 and pairs.codes.max() < 1


def test_a_generator_draws_its_own_pairs(monkeypatch, tiny_clip_folder):
    model, clip = tiny("get3d", monkeypatch), load_clip(tiny_clip_folder)
    pairs, again = (sampled_pairs(model, clip, 3, seed, ignore_progress, LOOK) for seed in (5, 5))
    assert torch.equal(pairs.codes, again.codes) and torch.equal(pairs.features, again.features)
    assert torch.equal(pairs.codes, model.sample_codes(3, torch.Generator().manual_seed(5)))
    assert pairs.features.norm(dim=1).allclose(torch.ones(3))


def test_a_generator_becomes_a_bundle(tiny_clip_folder, tmp_path):
    import shutil

    from iss_backend.bundle import load_bundle
    from iss_backend.svr.checkpoints import write_converted

    model = build_svr("get3d", TINY["get3d"])
    write_converted(tmp_path / "run", "get3d", TINY["get3d"], model.state_dict())
    shutil.copytree(tiny_clip_folder, tmp_path / "run/clip")
    plan = GeneratorPlan(1, 3, 0, "ours", ("car",))
    train_generator_run(tmp_path / "run", tmp_path / "bundle", plan, ignore_progress)
    bundle = load_bundle(tmp_path / "bundle")
    assert bundle.shapes.names == ("car/sample-0", "car/sample-1", "car/sample-2")
    assert bundle.mapper.config.code_size == 16 == bundle.svr.code_size and bundle.prior is not None
    with pytest.raises(OutputError, match="There is a bundle in"):
        train_generator_run(tmp_path / "run", tmp_path / "bundle", replace(plan, pairs=4), ignore_progress)
    train_generator_run(tmp_path / "run", tmp_path / "other", replace(plan, pairs=4), ignore_progress)
    first, other = ((tmp_path / name / "mapper.safetensors").read_bytes() for name in ("bundle", "other"))
    assert other != first


def test_models_without_a_training_say_so(packed, tmp_path):
    with pytest.raises(BadInputError, match="convert get3d"):
        train_svr_run(packed, tmp_path, SvrPlan(1, model="get3d"), ignore_progress)
