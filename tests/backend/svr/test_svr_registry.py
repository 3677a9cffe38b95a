import json

import pytest
import torch

from iss_backend.errors import BundleError
from iss_backend.svr import SVR_MODELS, DvrModel, TriplaneModel, build_svr, config_of


def test_the_registry_is_plain():
    assert list(SVR_MODELS) == ["triplane", "dvr", "imnet", "ss3d", "get3d"] and type(SVR_MODELS) is dict


def test_a_model_survives_its_configuration_as_json(tiny_triplane):
    kind, config = json.loads(json.dumps(config_of(tiny_triplane)))
    twin = build_svr(kind, config)
    assert isinstance(twin, TriplaneModel) and twin.config == tiny_triplane.config
    twin.load_state_dict(tiny_triplane.state_dict())
    points, code = torch.rand(1, 9, 3) - 0.5, torch.zeros(1, 8)
    assert torch.equal(*(m.eval().occupancy(m.prepare(code), points) for m in (twin, tiny_triplane)))


def test_dvr_survives_too():
    with torch.device("meta"):
        model = build_svr("dvr", {"hidden": 128})
    assert isinstance(model, DvrModel) and model.config.code_size == 256
    assert config_of(model) == ("dvr", {"code_size": 256, "hidden": 128, "out": 4, "leaky": False})


@pytest.mark.parametrize("kind", list(SVR_MODELS))
def test_every_kind_survives_its_configuration(kind):
    with torch.device("meta"):
        model = build_svr(kind, {})
        assert config_of(build_svr(*json.loads(json.dumps(config_of(model))))) == config_of(model)
    assert config_of(model)[0] == kind and model.code_size > 0


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        ("nerf", {}, "'nerf'; use one of: dvr, get3d, imnet, ss3d, triplane"),
        ("triplane", {"plane_sise": 8}, "plane_sise"),
        ("triplane", {"plane_size": 50}, "50"),
        ("triplane", {"start_size": 0}, "zero"),
        ("triplane", {"channels": []}, "out of range"),
        ("dvr", {"hidden": -3}, "negative"),
        ("dvr", {"out": 3}, "out is 3"),
        ("dvr", {"hidden": "wide"}, "wide"),
        ("imnet", {"width": 0}, "positive"),
        ("ss3d", {"layers": 0}, "0 layers"),
        ("get3d", {"generator": "mine"}, "'mine'"),
    ],
)
def test_what_does_not_fit_is_one_sentence(kind, config, words):
    with pytest.raises(BundleError) as caught:
        build_svr(kind, config)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_models_outside_the_registry_have_no_kind(analytic, ball):
    with pytest.raises(BundleError, match="AnalyticSVR"):
        config_of(analytic(ball(0, 0, 0)))
