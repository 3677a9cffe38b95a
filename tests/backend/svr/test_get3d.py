import sys

import numpy as np
import pytest
import torch

from iss_backend.errors import BadInputError, BundleError
from iss_backend.svr import build_svr
from iss_backend.svr.get3d import Get3dConfig, Get3dModel, code_of_latents

FAKE = '''
"""A stand-in for the person's own GET3D, with the calls and names of the published networks."""
import torch
from torch import nn


class FirstPart(nn.Module):
    num_ws_tex, num_ws_geo = 7, 18


class TriPlanes(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.tri_plane_synthesis = FirstPart()
        self.to_plane = nn.Linear(width, 6)

    def get_feature(self, ws_tex, ws_geo):
        assert ws_tex.shape[1:] == (7, 8) and ws_geo.shape[1:] == (18, 8)
        return self.to_plane(ws_geo[:, 0]), self.to_plane(ws_tex[:, 0])

    def get_sdf_def_prediction(self, sdf_feature, position, ws_geo):
        assert ws_geo.shape[1] == 4 and not position.requires_grad
        radius = 0.3 + 0.01 * sdf_feature.sum(dim=1)[:, None, None]
        return radius - position.norm(dim=-1, keepdim=True), torch.zeros_like(position)

    def get_texture_prediction(self, tex_feature, points, ws):
        assert ws.shape[1] == 2
        return torch.cat([points.detach(), tex_feature[:, None].expand(-1, points.shape[1], -1)], dim=-1)


class ToRGB(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(9)[:3])

    def forward(self, pixels, w):
        assert pixels.dim() == 4 and w.shape == (len(pixels), 8)
        return torch.einsum("oc,bcpq->bopq", self.weight, pixels)


class Synthesis(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.generator, self.to_rgb = TriPlanes(width), ToRGB()


class GeneratorDMTETMesh(nn.Module):
    def __init__(self, z_dim, c_dim, w_dim, img_resolution, img_channels, mapping_kwargs, use_style_mixing, **others):
        super().__init__()
        assert mapping_kwargs == {"num_layers": 2} and others["dmtet_scale"] == 0.8 and others["one_3d_generator"]
        self.synthesis = Synthesis(w_dim)
'''
NETS = ("mapping_geo", "mapping")
SMALL = {"code_half": 8, "mapping_layers": 2, "scale": 0.8}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Put a fake GET3D on the path."""
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "networks_get3d.py").write_text(FAKE)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("training", "training.networks_get3d"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in ("training", "training.networks_get3d"):
        sys.modules.pop(name, None)


def published_mapping(w, prefix, z, layers):
    """Compute a mapping network of StyleGAN2 from a state dictionary."""
    x = z / (z.pow(2).mean(1, keepdim=True) + 1e-8).sqrt()
    for i in range(layers):
        weight, bias = w[f"{prefix}.fc{i}.weight"] * 0.01 / z.shape[1] ** 0.5, w[f"{prefix}.fc{i}.bias"] * 0.01
        x = x @ weight.T + bias
        x = torch.where(x > 0, x, 0.2 * x) * 1.4142135623730951
    return x


def test_codes_are_drawn_by_the_published_mapping_networks():
    torch.manual_seed(0)
    model = Get3dModel(Get3dConfig(8, 3))
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith(("bias", "w_avg")):
                value.normal_(0.0, 1.0)
    codes = model.sample_codes(5, torch.Generator().manual_seed(4))
    z = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(4))
    weights = model.state_dict()
    expected = [published_mapping(weights, name, part, 3) for name, part in zip(NETS, z, strict=True)]
    assert codes.shape == (5, 16) == (5, model.code_size)
    assert torch.allclose(codes, torch.cat(expected, dim=1), atol=1e-5)
    none = model.sample_codes(2, torch.Generator().manual_seed(4), truncation=0.0)
    assert torch.allclose(none, torch.cat([weights["mapping_geo.w_avg"], weights["mapping.w_avg"]]).expand(2, -1))


def test_official_sizes_and_names():
    with torch.device("meta"):
        model = Get3dModel(Get3dConfig())
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert model.code_size == 1024
    for net in ("mapping", "mapping_geo"):
        assert shapes[f"{net}.fc7.weight"] == (512, 512) and shapes[f"{net}.w_avg"] == (512,)
        assert f"{net}.fc8.weight" not in shapes


def test_a_code_is_two_repeated_halves():
    model = Get3dModel(Get3dConfig(8, 2))
    codes = torch.randn(3, 16)
    latents = model.latents(codes)
    assert latents.geometry.shape == (3, 22, 8) and latents.texture.shape == (3, 9, 8)
    assert torch.equal(latents.geometry[:, 21], codes[:, :8]) and torch.equal(latents.texture[:, 4], codes[:, 8:])
    back = code_of_latents(latents.geometry[1].numpy(), latents.texture[1].numpy())
    assert torch.equal(back, codes[1])
    with pytest.raises(BadInputError, match=r"\(22, 8\) and \(9, 4\)"):
        code_of_latents(np.zeros((22, 8)), np.zeros((9, 4)))


def test_the_stand_in_is_a_deformed_ball():
    torch.manual_seed(0)
    model = build_svr("get3d", SMALL).eval()
    codes = model.sample_codes(2, torch.Generator().manual_seed(0)).detach().requires_grad_(True)
    field = model.prepare(codes)
    logits, colours = model.query(field, torch.tensor([[[0.0, 0, 0], [0, 0, 0.49]]]).expand(2, -1, -1))
    assert (logits[:, 0] > 0).all() and (logits[:, 1] < 0).all()
    assert colours.min() >= 0 and colours.max() <= 1
    logits.sum().backward(retain_graph=True)
    assert codes.grad[:, :8].abs().max() > 0 and codes.grad[:, 8:].abs().max() == 0
    colours.sum().backward()
    assert codes.grad[:, 8:].abs().max() > 0
    assert torch.equal(model.background(field, torch.zeros(2, 4, 3)), torch.ones(2, 4, 3))


def test_pictures_cannot_be_encoded():
    with pytest.raises(BadInputError, match="no image encoder"):
        build_svr("get3d", SMALL).encode(torch.rand(1, 3, 8, 8))


def test_without_get3d_there_is_one_clear_sentence():
    with pytest.raises(BundleError, match="GET3D is not installed here") as caught:
        build_svr("get3d", {**SMALL, "generator": "official"})
    assert "PYTHONPATH" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(BundleError, match="'os\\.system'"):
        build_svr("get3d", {"generator": "os.system"})


def test_an_installed_get3d_is_asked_at_points(installed):
    torch.manual_seed(0)
    model = build_svr("get3d", {**SMALL, "generator": "official"}).eval()
    names = model.state_dict().keys()
    assert {"synthesis.generator.to_plane.weight", "synthesis.to_rgb.weight"} <= names
    assert not any("_official" in name for name in names) and model.decoder_parameters() == []
    codes = torch.randn(2, 16, requires_grad=True)
    points = (torch.rand(2, 30, 3) - 0.5).requires_grad_(True)
    logits, colours = model.query(model.prepare(codes), points)
    plane = codes[:, :8] @ names_value(model, "synthesis.generator.to_plane.weight").T
    plane = plane + names_value(model, "synthesis.generator.to_plane.bias")
    radius = 0.3 + 0.01 * plane.sum(dim=1, keepdim=True)
    assert torch.allclose(logits, 30.0 * (radius - points.norm(dim=-1)), atol=1e-4)
    assert torch.allclose(colours, (0.5 * points + 0.5).clamp(0, 1), atol=1e-5)
    # The network cuts the gradient of the points; differences put it back.
    (slope,) = torch.autograd.grad(logits.sum(), points, retain_graph=True)
    expected = -30.0 * points.detach() / points.detach().norm(dim=-1, keepdim=True)
    assert (slope - expected).abs().max() < 0.5
    (slope,) = torch.autograd.grad(logits.sum(), codes)
    assert slope[:, :8].abs().max() > 0


def names_value(model, name):
    return model.state_dict()[name]
