import math

import pytest
import torch
from torch.nn import functional as F

from iss_backend.rendering import orbit_cameras
from iss_backend.svr import dvr_resnet
from iss_backend.svr.ray_losses import RayLossWeights, RayTargets, svr_ray_loss
from iss_backend.svr.ss3d import Ss3dConfig, Ss3dModel, on_black
from iss_backend.svr.ss3d_losses import CameraHypotheses, SinglePicture, find_cameras, hypotheses_loss, march


@pytest.fixture
def model(monkeypatch):
    """Return a narrow SS3D whose every weight and batch statistic is random."""
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (4, 6, 8, 10))
    torch.manual_seed(0)
    model = Ss3dModel(Ss3dConfig(width=6, layers=3)).eval()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith(("bias", "running_mean")):
                value.normal_(0.0, 0.2)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
    return model


def published_decoder(w, points, code, width, layers):
    """Compute the FiLM SIREN for one field, line by line from a state dictionary."""
    frequencies, shifts = code[: width * layers] + 1.0, code[width * layers :]
    net = torch.sin(30.0 * (points @ w["decoder.net.0.linear.weight"].T + w["decoder.net.0.linear.bias"]))
    for i in range(1, layers + 1):
        part = slice((i - 1) * width, i * width)
        linear = net @ w[f"decoder.net.{i}.linear.weight"].T + w[f"decoder.net.{i}.linear.bias"]
        net = torch.sin(frequencies[part] * 30.0 * linear + shifts[part])
    return net @ w[f"decoder.net.{layers + 1}.weight"].T + w[f"decoder.net.{layers + 1}.bias"]


def published_encoder(w, images):
    """Compute ResNet-34 and SS3D's head from a state dictionary."""

    def convolve(x, conv, norm, stride, padding):
        x = F.conv2d(x, w[f"encoder.features.{conv}.weight"], stride=stride, padding=padding)
        n = f"encoder.features.{norm}."
        scale = w[n + "weight"] / (w[n + "running_var"] + 1e-5).sqrt()
        return x * scale[:, None, None] + (w[n + "bias"] - w[n + "running_mean"] * scale)[:, None, None]

    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = (images - mean[:, None, None]) / std[:, None, None]
    x = F.max_pool2d(convolve(x, "conv1", "bn1", 2, 3).relu(), 3, 2, 1)
    for layer, blocks in ((1, 3), (2, 4), (3, 6), (4, 3)):
        for block in range(blocks):
            at, stride = f"layer{layer}.{block}.", 2 if layer > 1 and block == 0 else 1
            y = convolve(convolve(x, at + "conv1", at + "bn1", stride, 1).relu(), at + "conv2", at + "bn2", 1, 1)
            x = (y + (convolve(x, at + "downsample.0", at + "downsample.1", 2, 0) if stride == 2 else x)).relu()
    x = x.flatten(2).mean(2) @ w["encoder.fc.0.weight"].T + w["encoder.fc.0.bias"]
    x = (x - x.mean(1, keepdim=True)) / (x.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
    x = torch.where(x > 0, x, 0.01 * x)
    y = x @ w["encoder.fc.3.linear1.weight"].T + w["encoder.fc.3.linear1.bias"]
    y = torch.where(y > 0, y, 0.01 * y) @ w["encoder.fc.3.linear2.weight"].T + w["encoder.fc.3.linear2.bias"]
    return torch.where(x + y > 0, x + y, 0.01 * (x + y))


def test_the_decoder_is_the_published_one(model):
    codes, points = 0.3 * torch.randn(2, 36), torch.rand(2, 40, 3) - 0.5
    logits, colours = model.query(model.prepare(codes), points)
    density, _ = model.density(model.prepare(codes), points)
    for field in range(2):
        raw = published_decoder(model.state_dict(), points[field], codes[field], 6, 3)
        assert torch.allclose(logits[field], raw[:, 3] - 3.0, atol=1e-4)
        assert torch.allclose(colours[field], 1 / (1 + torch.exp(-raw[:, :3])), atol=1e-4)
        assert torch.allclose(density[field], raw[:, 3].clamp(min=0), atol=1e-4)


def test_the_encoder_is_the_published_one(model):
    pictures = on_black(torch.rand(2, 3, 90, 60))
    assert torch.allclose(model.encoder(pictures), published_encoder(model.state_dict(), pictures), atol=1e-4)
    assert model.encode(torch.rand(2, 3, 32, 32)).shape == (2, 36)


def test_official_sizes_and_names():
    with torch.device("meta"):
        model = Ss3dModel(Ss3dConfig())
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert model.code_size == 2560 == 2 * 256 * 5
    assert shapes["encoder.fc.0.weight"] == (2560, 512) and shapes["encoder.fc.3.linear2.weight"] == (2560, 2560)
    assert shapes["decoder.net.0.linear.weight"] == (256, 3) and shapes["decoder.net.5.linear.weight"] == (256, 256)
    assert shapes["decoder.net.6.weight"] == (4, 256) and "decoder.net.7.weight" not in shapes
    assert sum(p.numel() for p in model.encoder.features.parameters()) == 21_284_672  # ResNet-34 without classifier
    assert (
        "encoder.features.layer3.5.bn2.running_var" in shapes and "encoder.features.layer3.6.bn2.weight" not in shapes
    )


def test_pictures_are_cut_out_centred_and_put_on_black():
    picture = torch.ones(1, 3, 224, 224)
    picture[:, :, 50:60, 100:140] = torch.tensor([0.9, 0.2, 0.1])[:, None, None]
    cut = on_black(picture)[0]
    assert cut.shape == (3, 224, 224)
    # The box is 40 x 10, the square with its border 100 x 100: the object fills 40 % of the width, 10 % of the height.
    seen = (cut[0] > 0.45).nonzero()
    low, high = seen.amin(0) / 224, (seen.amax(0) + 1) / 224
    assert (low - torch.tensor([0.45, 0.30])).abs().max() < 0.01
    assert (high - torch.tensor([0.55, 0.70])).abs().max() < 0.01
    assert cut[:, 112, 112].tolist() == pytest.approx([0.9, 0.2, 0.1], abs=1e-4)
    assert torch.equal(on_black(torch.ones(1, 3, 64, 64)), torch.zeros(1, 3, 224, 224))


class Fog:
    """A ball of constant density whose colour depends on the side, of any radius."""

    def __init__(self, radius, density):
        self.radius, self.level = radius, density

    def density(self, field, points):
        inside = torch.sigmoid(60.0 * (self.radius - points.norm(dim=-1)))
        return self.level * inside, torch.sigmoid(6.0 * points)


def test_volume_rendering_has_the_known_opacity():
    # Through the middle of a ball of density d and radius r, a ray loses exp(-2 d r) of the light.
    origins, rays = torch.tensor([[0.0, 0.0, 1.7]]), torch.tensor([[0.0, 0.0, -1.0]])
    seen = march(Fog(0.25, 2.0), None, origins, rays, samples=800)
    assert seen.mask.item() == pytest.approx(1.0 - math.exp(-2.0 * 2.0 * 0.25), rel=0.01)
    slanted = torch.tensor([[-0.5, 0.0, -1.0]])  # a longer ray vector, the same way through the ball
    other = march(Fog(0.25, 2.0), None, torch.tensor([[0.85, 0.0, 1.7]]), slanted, samples=800)
    assert other.mask.item() == pytest.approx(seen.mask.item(), rel=0.01)


def straight_line(density, colours, depth, rays):
    """Composite one ray sample by sample, as the NeRF paper writes it."""
    rgb, acc, left = torch.zeros(3), 0.0, 1.0
    for i in range(len(depth) - 1):
        alpha = 1.0 - math.exp(-density[i].item() * (depth[i + 1] - depth[i]).item() * rays.norm().item())
        rgb, acc = rgb + left * alpha * colours[i], acc + left * alpha
        left *= 1.0 - alpha
    return rgb, acc


def test_volume_rendering_is_the_published_sum():
    fog, origin, ray = Fog(0.3, 9.0), torch.tensor([0.2, 0.1, 1.5]), torch.tensor([-0.1, 0.02, -1.0])
    seen = march(fog, None, origin[None], ray[None])
    depth = torch.linspace(float(origin.norm()) - 0.9, float(origin.norm()) + 0.9, 80)
    points = origin + ray * depth[:, None]
    rgb, acc = straight_line(*(part[0] for part in fog.density(None, points[None])), depth, ray)
    assert seen.mask.item() == pytest.approx(acc, abs=1e-4)
    assert torch.allclose(seen.rgb[0], rgb, atol=1e-4)


def test_its_own_loss_takes_the_place_of_dvrs(model):
    cameras = orbit_cameras(torch.tensor([0.4]), torch.tensor([0.3]))
    rays = cameras.rays(4)[0]
    targets = RayTargets(cameras.centres.expand(16, 3), rays, torch.rand(16, 3), torch.rand(16) > 0.5)
    field = model.prepare(torch.zeros(1, 36))
    loss = svr_ray_loss(model, field, targets, RayLossWeights(), torch.Generator().manual_seed(0))
    seen = march(model, field, targets.origins, rays)
    truth = targets.mask.float()
    expected = 0.5 * ((seen.mask - truth) ** 2).mean() + 0.5 * ((seen.rgb - targets.rgb * truth[:, None]) ** 2).mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    loss.backward()
    assert model.decoder.net[0].linear.weight.grad is not None


def test_empty_space_is_a_white_background(model):
    field, points = model.prepare(torch.zeros(1, 36)), torch.rand(1, 30, 3) - 0.5
    with torch.no_grad():
        model.decoder.net[-1].bias[3] = -50.0
    assert torch.equal(model.background(field, points), torch.ones(1, 30, 3))
    with torch.no_grad():
        model.decoder.net[-1].bias[3] = 1e6
    assert torch.allclose(model.background(field, points), model.query(field, points)[1], atol=1e-5)


def test_a_single_picture_finds_its_camera():
    fog = Fog(0.35, 30.0)
    truth = orbit_cameras(torch.tensor([2.3]), torch.tensor([0.35]))
    rays = truth.rays(16)[0]
    seen = march(fog, None, truth.centres.expand(256, 3), rays, 40)
    picture = SinglePicture(seen.rgb.T.view(3, 16, 16), seen.mask.view(16, 16) > 0.5)
    guesses, pixels = CameraHypotheses(), torch.arange(256)
    before = hypotheses_loss(fog, None, guesses, picture, pixels, 40).item()
    find_cameras(fog, None, guesses, picture, pixels, steps=10, samples=40)
    best = guesses.best()
    assert abs(guesses.azimuth[best].item() - 2.3) < 0.25
    assert hypotheses_loss(fog, None, guesses, picture, pixels, 40).item() < before
