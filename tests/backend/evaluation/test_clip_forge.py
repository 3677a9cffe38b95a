import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from iss_backend.errors import BadInputError
from iss_backend.evaluation.baselines.clip_forge.autoencoder import THRESHOLD, ForgeConfig, ForgeModel
from iss_backend.evaluation.baselines.clip_forge.flow import (
    CodeFlow,
    FlowBatchNorm,
    FlowConfig,
    negative_log_likelihood,
)
from iss_backend.evaluation.baselines.clip_forge.sampling import clip_forge_method, sample_forge_code
from iss_backend.evaluation.baselines.clip_forge.training import (
    ForgeTrainingSettings,
    load_clip_forge,
    train_clip_forge,
    voxels,
)
from iss_backend.meshing import MeshSettings
from iss_backend.training.schedule import LoopSettings

SMALL = FlowConfig(code_size=4, feature_size=3, hidden=8, blocks=3)
LOOP = LoopSettings(steps=40, learning_rate=5e-3, warmup=2)
TINY = ForgeTrainingSettings(
    ForgeConfig(8, 2, 16), flow_hidden=16, flow_blocks=2, batch=4, points=256, pictures=8,
    autoencoder_loop=LOOP, flow_loop=replace(LOOP, steps=4),
)  # fmt: skip


@pytest.fixture
def flow():
    """Give a flow of random weights in evaluation mode."""
    generator = torch.Generator().manual_seed(0)
    flow = CodeFlow(SMALL).eval()
    for name, value in flow.state_dict().items():
        if "mask" not in name:
            value.copy_(torch.randn(value.shape, generator=generator) * 0.4)
        if name.endswith("variance"):
            value.abs_().add_(0.1)
    return flow


def test_the_published_sizes():
    model, flow = ForgeModel(ForgeConfig()), CodeFlow(FlowConfig())
    assert (model.encoder.head.in_features, model.encoder.head.out_features) == (4096, 128)
    widths = [layer.out_channels for layer in model.encoder.convs if isinstance(layer, torch.nn.Conv3d)]
    assert widths == [32, 64, 128, 256, 512]
    assert (len(model.blocks), model.point_in.out_features) == (5, 128)
    assert (len(flow.couplings), flow.couplings[0].scale[0].out_features) == (5, 1024)


def test_the_flow_runs_backwards(flow):
    codes, features = torch.randn(6, 4), torch.randn(6, 3)
    noise, _ = flow(codes, features)
    assert not torch.allclose(noise, codes, atol=0.1)
    torch.testing.assert_close(flow.inverse(noise, features), codes, rtol=1e-4, atol=1e-4)


def test_its_determinant_is_that_of_the_jacobian(flow):
    code, feature = torch.randn(4), torch.randn(1, 3)
    jacobian = torch.autograd.functional.jacobian(lambda c: flow(c[None], feature)[0][0], code)
    expected = torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(flow(code[None], feature)[1][0], expected, rtol=1e-4, atol=1e-4)


def test_each_block_keeps_one_half_and_reads_the_condition(flow):
    codes, features = torch.randn(1, 4), torch.randn(1, 3)
    first, second = (flow.couplings[n](codes, features)[0] for n in (0, 1))
    assert torch.equal(first[:, :2], codes[:, :2])
    assert torch.equal(second[:, 2:], codes[:, 2:])
    assert not torch.equal(first, flow.couplings[0](codes, -features)[0])


def test_a_new_flow_is_the_identity_and_its_likelihood_that_of_noise():
    codes = torch.tensor([[1.0, -2.0, 0.0, 0.5]])
    expected = 0.5 * float(codes.square().sum()) + 2.0 * math.log(2.0 * math.pi)
    assert negative_log_likelihood(CodeFlow(SMALL).eval(), codes, torch.zeros(1, 3)).item() == pytest.approx(expected)


def test_batch_normalisation_learns_the_moments():
    norm, codes = FlowBatchNorm(2).train(), torch.randn(4000, 2) * torch.tensor([2.0, 0.5]) + 3.0
    for _ in range(100):
        out, determinant = norm(codes)
    assert out.mean(dim=0).abs().max() < 1e-4
    torch.testing.assert_close(norm.mean, codes.mean(dim=0), rtol=1e-3, atol=1e-3)
    assert determinant[0].item() == pytest.approx(-0.5 * codes.var(dim=0).log().sum().item(), abs=1e-3)


def test_a_cell_is_filled_where_any_part_of_it_is(packed):
    fine, coarse = packed.occupancy_grids(np.array([0]))[0], voxels(packed, np.array([0]))[0]
    blocks = fine.view(32, 2, 32, 2, 32, 2).permute(0, 2, 4, 1, 3, 5).flatten(3)
    assert torch.equal(coarse.bool(), blocks.any(dim=-1))


def test_the_surface_lies_at_the_threshold():
    model = ForgeModel(ForgeConfig(4, 1, 8)).eval()
    codes, points = torch.randn(1, 4), torch.rand(1, 9, 3) - 0.5
    logits, colours = model.query(model.prepare(codes), points)
    assert torch.equal(logits > 0, model.values(codes, points) > THRESHOLD)
    assert colours.unique().numel() == 1


def test_it_learns_balls_resumes_and_becomes_a_row(packed, studio, tmp_path):
    losses = []
    clip = studio.bundle.clip
    folders = tmp_path, tmp_path / "checkpoints"
    train_clip_forge(packed, clip, TINY, *folders, lambda event: losses.append((event.phase, event.loss)))
    learnt = [loss for phase, loss in losses if phase == "auto-encoder"]
    assert len(learnt) == 40
    assert np.mean(learnt[-5:]) < 0.75 * np.mean(learnt[:5])
    again = []
    train_clip_forge(packed, clip, TINY, *folders, lambda event: again.append(event.phase))
    assert set(again) == {"pairs"}  # both trainings were complete
    forge = load_clip_forge(tmp_path)
    method = clip_forge_method(studio, forge)
    first, second = (method.make("a lamp", seed) for seed in (0, 1))
    feature = clip.encode_text(["a lamp"])
    assert torch.equal(first.shape.code, forge.flow.inverse(torch.zeros(1, 8), feature)[0])  # the mean shape
    assert not torch.equal(first.shape.code, second.shape.code)
    assert torch.equal(sample_forge_code(forge.flow, feature[0], 1), second.shape.code)
    mesh = first.studio.mesh(first.shape, MeshSettings(resolution=24))
    assert mesh.is_watertight
    assert first.studio.pictures(first.shape, 1, 16).shape == (1, 3, 16, 16)


def test_a_folder_without_it_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="train baselines"):
        load_clip_forge(tmp_path)
