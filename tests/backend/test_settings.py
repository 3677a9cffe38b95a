import pytest

from iss_backend.errors import BadInputError
from iss_backend.settings import EditSettings, FromImageSettings, GenerateSettings, VarySettings


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (GenerateSettings, {"tau_2": 1.1}),
        (VarySettings, {"closeness": 1.5}),
        (VarySettings, {"tau_2": -0.1}),
        (EditSettings, {"keep": -0.1}),
        (EditSettings, {"code_weight": -1.0}),
        (EditSettings, {"prior_points": 0}),
        (EditSettings, {"tau_2": 2.0}),
        (FromImageSettings, {"way": "magic"}),
        (FromImageSettings, {"tau_2": 2.0}),
    ],
)
def test_settings_that_make_no_sense(settings, wrong):
    with pytest.raises(BadInputError):
        settings(**wrong)
