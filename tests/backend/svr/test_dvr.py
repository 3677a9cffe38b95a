import pytest
import torch
from torch.nn import functional as F

from iss_backend.svr.dvr import DvrConfig, DvrModel


@pytest.fixture(scope="module")
def model():
    """Return a narrow DVR whose every weight, fc_1 and batch statistics too, is random."""
    torch.manual_seed(0)
    dvr = DvrModel(DvrConfig(code_size=16, hidden=12)).eval()
    with torch.no_grad():
        for name, value in dvr.state_dict().items():
            if name.endswith(("fc_1.weight", "bias", "running_mean")):
                value.normal_(0.0, 0.2)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
    return dvr


def published_decoder(w, points, code, leaky=False):
    """Compute the decoder of the paper's supplement for one field, line by line from a state dictionary."""
    net = points @ w["decoder.fc_p.weight"].T + w["decoder.fc_p.bias"]
    for i in range(5):
        net = net + (w[f"decoder.fc_c.{i}.weight"] @ code + w[f"decoder.fc_c.{i}.bias"])
        block = f"decoder.blocks.{i}."
        inner = net.clamp(min=0) @ w[block + "fc_0.weight"].T + w[block + "fc_0.bias"]
        net = net + inner.clamp(min=0) @ w[block + "fc_1.weight"].T + w[block + "fc_1.bias"]
    net = torch.where(net > 0, net, (0.2 if leaky else 0.0) * net)
    return net @ w["decoder.fc_out.weight"].T + w["decoder.fc_out.bias"]


def published_encoder(w, images):
    """Compute ResNet-18 without its classifier and DVR's last layer, from a state dictionary."""

    def convolve(x, conv, norm, stride, padding):
        x = F.conv2d(x, w[f"encoder.features.{conv}.weight"], stride=stride, padding=padding)
        n = f"encoder.features.{norm}."
        scale = w[n + "weight"] / (w[n + "running_var"] + 1e-5).sqrt()
        shift = w[n + "bias"] - w[n + "running_mean"] * scale
        return x * scale[:, None, None] + shift[:, None, None]

    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = (images - mean[:, None, None]) / std[:, None, None]
    x = F.max_pool2d(convolve(x, "conv1", "bn1", 2, 3).relu(), 3, 2, 1)
    for layer in (1, 2, 3, 4):
        for block in (0, 1):
            at, stride = f"layer{layer}.{block}.", 2 if layer > 1 and block == 0 else 1
            y = convolve(x, at + "conv1", at + "bn1", stride, 1).relu()
            y = convolve(y, at + "conv2", at + "bn2", 1, 1)
            x = (y + (convolve(x, at + "downsample.0", at + "downsample.1", 2, 0) if stride == 2 else x)).relu()
    return x.flatten(2).mean(2) @ w["encoder.fc.weight"].T + w["encoder.fc.bias"]


@pytest.mark.parametrize("leaky", [False, True])
def test_decoder_is_the_published_one(model, leaky):
    other = DvrModel(DvrConfig(16, 12, leaky=leaky)).eval()
    other.load_state_dict(model.state_dict())
    codes, points = torch.randn(2, 16), torch.rand(2, 40, 3) - 0.5
    logits, colours = other.query(other.prepare(codes), points)
    expected = torch.stack(
        [published_decoder(model.state_dict(), p, c, leaky) for p, c in zip(points, codes, strict=True)]
    )
    assert torch.allclose(logits, expected[..., 0], atol=1e-5)
    assert torch.allclose(colours, 1 / (1 + torch.exp(-expected[..., 1:])), atol=1e-5)
    assert torch.equal(other.occupancy(other.prepare(codes), points), logits)


def test_encoder_is_the_published_one(model):
    images = torch.rand(2, 3, 224, 224)
    codes = model.encode(images)
    assert codes.shape == (2, 16)
    assert torch.allclose(codes, published_encoder(model.state_dict(), images), rtol=1e-4, atol=1e-4)


def test_pictures_of_other_sizes_are_resized(model):
    half = torch.zeros(1, 3, 56, 112)
    half[..., 56:] = 1.0
    full = torch.zeros(1, 3, 224, 224)
    full[..., 112:] = 1.0
    with torch.no_grad():
        assert torch.allclose(model.encode(half), model.encode(full), atol=0.02)


def test_official_sizes_and_names():
    with torch.device("meta"):
        dvr, small = DvrModel(DvrConfig()), DvrModel(DvrConfig(hidden=128))
    names = dvr.state_dict()
    assert sum(p.numel() for p in dvr.decoder.parameters()) == 3_288_580
    assert sum(p.numel() for p in small.decoder.parameters()) == 330_628
    assert sum(p.numel() for p in dvr.encoder.features.parameters()) == 11_176_512
    assert sum(p.numel() for p in dvr.encoder.fc.parameters()) == 131_328
    assert sum(name.startswith("encoder.features.") for name in names) == 120
    assert {n.split(".")[0] for n in names} == {"encoder", "decoder"}
    for name in (
        "encoder.features.layer2.0.downsample.1.running_var",
        "decoder.fc_c.4.bias",
        "decoder.blocks.0.fc_1.weight",
    ):
        assert name in names
    assert dvr.colours_are_lit and dvr.image_size == 224


def test_new_blocks_change_nothing():
    torch.manual_seed(0)
    decoder = DvrModel(DvrConfig(8, 8)).decoder
    hidden = torch.randn(1, 5, 8)
    for block in decoder.blocks:
        assert torch.allclose(block(hidden), hidden + block.fc_1.bias)


def test_the_depth_only_model_is_mid_grey():
    dvr = DvrModel(DvrConfig(8, 8, out=1))
    logits, colours = dvr.query(dvr.prepare(torch.randn(2, 8)), torch.rand(2, 6, 3))
    assert logits.shape == (2, 6) and torch.equal(colours, torch.full((2, 6, 3), 0.5))
    assert torch.equal(dvr.background(dvr.prepare(torch.randn(1, 8)), torch.rand(1, 4, 3)), torch.ones(1, 4, 3))


def test_decoder_parameters_leave_the_encoder_out(model):
    assert {id(p) for p in model.decoder_parameters()} == {id(p) for p in model.decoder.parameters()}
    code = torch.randn(1, 16, requires_grad=True)
    model.query(model.prepare(code), torch.rand(1, 6, 3))[0].sum().backward()
    assert code.grad.abs().max() > 0


def test_other_numbers_of_outputs_are_refused():
    with pytest.raises(ValueError, match="out is 3"):
        DvrConfig(out=3)
