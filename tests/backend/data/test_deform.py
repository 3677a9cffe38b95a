import json

import numpy as np
import pytest
import trimesh

from iss_backend.cli.main import main
from iss_backend.data.procedural import CATEGORIES, generate
from iss_backend.data.procedural.deform import DEFORMATIONS, SPIKES, deformed, soft, subdivided
from iss_backend.data.procedural.solids import box, ellipsoid


def closed(solid):
    return trimesh.Trimesh(solid.vertices, solid.faces, process=False).is_watertight


def volume(model):
    return sum(part.solid.volume for part in model.parts)


def test_a_divided_solid_is_the_same_solid():
    ball = ellipsoid((1.0, 2.0, 0.5))
    fine = subdivided(ball)
    assert len(fine.faces) == 4 * len(ball.faces) and closed(fine)
    assert fine.volume == pytest.approx(ball.volume)


@pytest.mark.parametrize("way", DEFORMATIONS)
@pytest.mark.parametrize("category", ["chair", "house", "mug"])
def test_deformed_parts_stay_closed_and_every_noun_tells_the_way(way, category):
    style = next(iter(CATEGORIES[category]))
    model = deformed(generate(category, style, 5), way, np.random.default_rng(1))
    assert all(closed(part.solid) and part.solid.volume > 0 for part in model.parts)
    assert all(any(word in noun for word in _telling(way)) for noun in model.nouns)
    assert model.category == "deformed"
    again = deformed(generate(category, style, 5), way, np.random.default_rng(1))
    assert all(
        np.array_equal(a.solid.vertices, b.solid.vertices) for a, b in zip(model.parts, again.parts, strict=True)
    )


def _telling(way):
    change = DEFORMATIONS[way]
    return (*change.words, *change.endings)


def test_twisting_keeps_the_volume_and_the_height():
    """Turning every height by its own angle is a map of determinant 1."""
    model = generate("table", "dining", 2)
    low, high = model.bounds
    twisted = deformed(model, "twisted", np.random.default_rng(0))
    assert volume(twisted) == pytest.approx(volume(model) / (high - low).max() ** 3, rel=0.03)
    assert twisted.bounds[1][1] == pytest.approx((high - low)[1] / (high - low).max())


def test_spikes_stand_out_of_the_model_in_its_own_paints():
    model = generate("chair", "dining", 2)
    spiky = deformed(model, "spiky", np.random.default_rng(0))
    spikes = [part for part in spiky.parts if part.name == "spike"]
    assert len(spikes) == SPIKES and {part.paint for part in spikes} <= {part.paint for part in model.parts}
    assert (np.ptp(spiky.bounds, axis=0) > 1.02).any()  # the model itself fills the unit box


def test_rounding_cuts_corners_and_keeps_the_extent():
    cube = box((1.0, 1.0, 1.0))
    for _ in range(3):
        cube = subdivided(cube)
    rounded = soft(cube, 9, 0.0)
    assert 0.6 < rounded.volume < 0.97
    assert np.ptp(rounded.vertices, axis=0) == pytest.approx(np.ones(3))


def test_the_command_writes_deformed_models_beside_the_others(tmp_path, capsys):
    main(["data", "procedural", "-o", str(tmp_path), "--per-category", "1", "--deformed", "2", "--categories", "mug"])
    words = json.loads((tmp_path / "captions.json").read_text())
    assert sorted(about["category"] for about in words.values()) == ["deformed", "deformed", "mug"]
    assert all((tmp_path / f"{name}.ply").is_file() for name in words)
