import copy

import pytest
import torch
from torch.nn import functional as F

from iss_backend.svr.imnet import ImnetConfig, ImnetModel, grey_crop
from iss_backend.svr.losses import FieldSamples, SVRLossWeights, svr_point_loss

SMALL = ImnetConfig(code_size=6, width=4, image_width=2)


@pytest.fixture(scope="module")
def model():
    """Return a narrow IM-Net whose every weight and batch statistic is random."""
    torch.manual_seed(0)
    model = ImnetModel(SMALL).eval()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith(("bias", "running_mean")):
                value.normal_(0.0, 0.2)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
            elif name.startswith(("generator.", "colour.")):
                value.normal_(0.0, 0.4)
    return model


def published_generator(w, points, code):
    """Compute IM-Net's generator for one field, line by line from a state dictionary."""
    net = torch.cat([points, code.expand(len(points), -1)], dim=1)
    for i in range(1, 7):
        net = net @ w[f"generator.linear_{i}.weight"].T + w[f"generator.linear_{i}.bias"]
        net = torch.where(net > 0, net, 0.02 * net)
        if i == 5:
            features = net
    net = (net @ w["generator.linear_7.weight"].T + w["generator.linear_7.bias"])[:, 0]
    return torch.stack([torch.stack([net, net * 0.01 + 0.99]).amin(0), net * 0.01]).amax(0), features


def published_encoder(w, grey):
    """Compute IM-Net's image encoder from a state dictionary."""

    def norm(x, name):
        n = f"img_encoder.{name}."
        scale = w[n + "weight"] / (w[n + "running_var"] + 1e-5).sqrt()
        return x * scale[:, None, None] + (w[n + "bias"] - w[n + "running_mean"] * scale)[:, None, None]

    def leaky(x):
        return torch.where(x > 0, x, 0.02 * x)

    def conv(x, name, stride, padding):
        return F.conv2d(x, w[f"img_encoder.{name}.weight"], stride=stride, padding=padding)

    x = leaky(norm(conv(1 - grey, "conv_0", 2, 3), "bn_0"))
    for i in range(1, 9):
        at, half = f"res_{i}.", i in (3, 5, 7)
        y = leaky(norm(conv(x, at + "conv_1", 2 if half else 1, 1), at + "bn_1"))
        y = norm(conv(y, at + "conv_2", 1, 1), at + "bn_2")
        x = leaky(y + (norm(conv(x, at + "conv_s", 2, 0), at + "bn_s") if half else x))
    x = leaky(norm(conv(x, "conv_9", 2, 1), "bn_9"))
    x = conv(x, "conv_10", 1, 0) + w["img_encoder.conv_10.bias"][:, None, None]
    return 1 / (1 + torch.exp(-x.view(len(x), -1)))


def test_the_generator_is_the_published_one(model):
    codes, points = torch.rand(2, 6), torch.rand(2, 60, 3) - 0.5
    logits, colours = model.query(model.prepare(codes), points)
    for field in range(2):
        values, features = published_generator(model.state_dict(), points[field], codes[field])
        assert torch.allclose(logits[field], 10 * (values - 0.5), atol=1e-4)
        hidden = features @ model.colour[0].weight.T + model.colour[0].bias
        raw = torch.where(hidden > 0, hidden, 0.02 * hidden) @ model.colour[2].weight.T + model.colour[2].bias
        assert torch.allclose(colours[field], 1 / (1 + torch.exp(-raw)), atol=1e-5)
    assert torch.equal(model.occupancy(model.prepare(codes), points), logits)


@pytest.mark.parametrize(("raw", "value"), [(-3.0, -0.03), (0.4, 0.4), (7.0, 1.06)])
def test_values_are_clamped_but_not_flat(model, raw, value):
    steep = copy.deepcopy(model)
    torch.nn.init.zeros_(steep.generator.linear_7.weight)
    torch.nn.init.constant_(steep.generator.linear_7.bias, raw)
    values, _ = steep.generator(steep.prepare(torch.rand(1, 6)), torch.rand(1, 5, 3))
    assert values[0].tolist() == pytest.approx([value] * 5, abs=1e-5)
    values.sum().backward()
    assert steep.generator.linear_7.bias.grad.item() == pytest.approx(5.0 if raw == 0.4 else 0.05)


def test_the_encoder_is_the_published_one(model):
    views = torch.rand(2, 3, 137, 137)
    grey = (0.299 * views[:, 0] + 0.587 * views[:, 1] + 0.114 * views[:, 2])[:, None, 4:132, 4:132]
    assert torch.allclose(grey_crop(views), grey, atol=1e-6)
    codes = model.encode(views)
    assert codes.shape == (2, 6) and codes.min() > 0 and codes.max() < 1
    assert torch.allclose(codes, published_encoder(model.state_dict(), grey), atol=1e-5)


def test_official_sizes_and_names():
    with torch.device("meta"):
        model = ImnetModel(ImnetConfig())
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    widths = [259, 1024, 1024, 1024, 512, 256, 128, 1]
    for i in range(7):
        assert shapes[f"generator.linear_{i + 1}.weight"] == (widths[i + 1], widths[i])
    assert shapes["img_encoder.conv_0.weight"] == (64, 1, 7, 7)
    assert shapes["img_encoder.res_3.conv_s.weight"] == (128, 64, 1, 1)
    assert shapes["img_encoder.conv_10.weight"] == (256, 512, 4, 4)
    assert "img_encoder.res_2.conv_s.weight" not in shapes and "img_encoder.bn_9.running_var" in shapes
    assert {name.split(".")[0] for name in shapes} == {"img_encoder", "generator", "colour"}


def test_a_new_head_is_light_grey_and_a_missing_one_too():
    for colour in (True, False):
        torch.manual_seed(1)
        model = ImnetModel(ImnetConfig(6, 4, 2, colour=colour)).eval()
        field, points = model.prepare(torch.rand(1, 6)), torch.rand(1, 9, 3)
        assert torch.allclose(model.query(field, points)[1], torch.full((1, 9, 3), 0.75))
        expected = 0.75 if colour else 1.0
        assert torch.allclose(model.background(field, points), torch.full((1, 9, 3), expected))


def test_its_loss_is_the_mean_squared_error_of_values(model):
    samples = FieldSamples(
        torch.rand(2, 30, 3) - 0.5, (torch.rand(2, 30) > 0.5).float(), torch.rand(2, 8, 3) - 0.5, torch.rand(2, 8, 3)
    )
    codes = torch.rand(2, 6)
    loss = svr_point_loss(model, model.prepare(codes), samples, SVRLossWeights(1.0, 2.0))
    pairs = zip(samples.points, codes, strict=True)
    values = torch.stack([published_generator(model.state_dict(), p, c)[0] for p, c in pairs])
    colours = model.query(model.prepare(codes), samples.surface)[1]
    expected = ((values - samples.inside) ** 2).mean() + 2.0 * (colours - samples.colours).abs().mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4)


def test_codes_stay_between_0_and_1(model):
    raw = torch.tensor([[-9.0, 0.0, 9.0]])
    assert model.as_code(raw).tolist()[0] == pytest.approx([1.2339e-4, 0.5, 0.99988], rel=1e-3)
    assert model.code_ending == "sigmoid"


def test_decoder_parameters_leave_the_encoder_out(model):
    decoder = {id(p) for p in model.decoder_parameters()}
    assert decoder.isdisjoint({id(p) for p in model.img_encoder.parameters()})
    assert len(decoder) == 14 + 4


def test_two_codes_learn_two_shapes():
    torch.manual_seed(0)
    model = ImnetModel(ImnetConfig(4, 8, 2))
    codes = torch.tensor([[0.9, 0.1, 0.5, 0.5], [0.1, 0.9, 0.5, 0.5]])
    optimiser = torch.optim.Adam(model.decoder_parameters(), 3e-3)

    def truth(points):
        ball, box = points[0].norm(dim=-1) < 0.35, points[1].abs().amax(dim=-1) < 0.25
        return torch.stack([ball, box]).float()

    generator = torch.Generator().manual_seed(1)
    for _ in range(150):
        points = torch.rand(2, 384, 3, generator=generator) - 0.5
        surface = points[:, :64]
        samples = FieldSamples(points, truth(points), surface, torch.full((2, 64, 3), 0.2))
        optimiser.zero_grad()
        svr_point_loss(model, model.prepare(codes), samples, SVRLossWeights()).backward()
        optimiser.step()
    points = torch.rand(1, 8000, 3, generator=generator).expand(2, -1, -1) - 0.5
    logits, colours = model.query(model.prepare(codes), points)
    inside, known = logits > 0, truth(points) > 0
    iou = (inside & known).sum(1) / (inside | known).sum(1)
    assert iou.min() > 0.65 and iou.max() > 0.85, iou
    assert (colours - 0.2).abs().mean() < 0.1
