import pytest

from iss_backend.errors import BadInputError
from iss_backend.settings import EditSettings, FromImageSettings, VarySettings


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (VarySettings, {"closeness": 1.5}),
        (EditSettings, {"keep": -0.1}),
        (EditSettings, {"code_weight": -1.0}),
        (EditSettings, {"prior_points": 0}),
        (FromImageSettings, {"way": "magic"}),
    ],
)
def test_settings_that_make_no_sense(settings, wrong):
    with pytest.raises(BadInputError):
        settings(**wrong)
