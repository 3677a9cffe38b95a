import json

import numpy as np
import pytest
import trimesh

from iss_backend.cli.main import main
from iss_backend.data.colour_names import BASIC_COLOURS, BASIC_OF, SHADES, name_of, shade_of
from iss_backend.data.procedural import generate
from iss_backend.data.procedural.counts import ModelCounts
from iss_backend.data.procedural.paints import KINDS, PAINTS, colour_of, material_of, pick, pick_main, sample_rgb
from iss_backend.data.procedural.writer import named, ply_bytes, words, write_models
from iss_backend.data.split import HELD_OUT_PERCENT, split_of
from iss_backend.errors import BadInputError


def test_a_written_model_is_read_with_its_parts_and_colours(tmp_path):
    assert write_models(tmp_path, ModelCounts(2), 7, ["chair"]) == 2
    files = sorted(path.name for path in (tmp_path / "procedural").iterdir())
    assert files == ["chair-dining_seed7.ply", "chair-ladder_seed8.ply"]
    model = generate("chair", "dining", 7)
    mesh = trimesh.load(tmp_path / "procedural" / files[0], process=False)
    assert len(mesh.faces) == sum(len(part.solid.faces) for part in model.parts)
    assert mesh.is_watertight and mesh.volume == pytest.approx(sum(part.solid.volume for part in model.parts), rel=1e-4)
    seen = {BASIC_COLOURS[number] for number in name_of(np.unique(mesh.visual.vertex_colors[:, :3], axis=0))}
    assert seen == {BASIC_OF[colour_of(part.paint)] for part in model.parts}


def test_a_category_of_many_styles_gets_more_models(tmp_path):
    counts = ModelCounts(least=240, per_style=20)
    assert [counts.of(styles) for styles in (1, 12, 13, 38)] == [240, 240, 260, 760]
    assert write_models(tmp_path, ModelCounts(1, per_style=2), 5, ["mug", "gift"]) == 12
    seeds = {"mug": (5, 8), "cup": (6, 9), "striped_mug": (7, 10)}
    names = {f"mug-{style}_seed{seed}.ply" for style, pair in seeds.items() for seed in pair}
    assert names == {path.name for path in (tmp_path / "procedural").glob("mug-*.ply")}


def test_captions_say_each_part_once_and_grow_with_the_folder(tmp_path):
    write_models(tmp_path, ModelCounts(1), 0, ["chair"])
    write_models(tmp_path, ModelCounts(1), 5, ["table"])
    captions = json.loads((tmp_path / "captions.json").read_text())
    assert set(captions) == {"procedural/chair-dining_seed0", "procedural/table-dining_seed5"}
    about = captions["procedural/chair-dining_seed0"]
    assert about["category"] == "chair" and about["nouns"][0] == "chair" and "with four legs" in about["features"]
    assert about["parts"][0][0] == "seat" and len({tuple(part) for part in about["parts"]}) == len(about["parts"])
    assert about == json.loads(json.dumps(words(generate("chair", "dining", 0))))


@pytest.mark.parametrize(
    ("name", "count", "called"),
    [
        ("leg", 4, "legs"),
        ("leg", 1, "leg"),
        ("legs", 4, "legs"),
        ("body", 3, "body"),
        ("door handle", 2, "door handles"),
        ("shelf", 2, "shelves"),
        ("leaf", 5, "leaves"),
        ("foot", 2, "feet"),
        ("cherry", 2, "cherries"),
        ("hatch", 2, "hatches"),
    ],
)
def test_pieces_that_are_counted_are_named_in_the_plural(name, count, called):
    assert named(name, count) == called


def test_the_same_seed_writes_the_same_bytes():
    model = generate("sofa", "corner", 4)
    first, again = (ply_bytes(model, np.random.default_rng(4)) for _ in range(2))
    assert first == again


def test_the_command_writes_and_refuses(tmp_path, capsys):
    assert (
        main(["data", "procedural", "-o", str(tmp_path), "--per-category", "1", "--categories", "bench", "sofa"]) == 0
    )
    assert "2 models" in capsys.readouterr().out
    assert main(["data", "procedural", "-o", str(tmp_path), "--categories", "dragon"]) == 2
    assert "'dragon'" in capsys.readouterr().err


def test_damaged_captions_are_not_overwritten(tmp_path):
    (tmp_path / "captions.json").write_text("{")
    with pytest.raises(BadInputError, match=r"captions\.json"):
        write_models(tmp_path, ModelCounts(1), 0, ["chair"])


def test_models_are_held_out_by_their_whole_name():
    sides = [split_of(f"chair-office_seed{number}") for number in range(4000)]
    assert sides.count("test") / 4000 == pytest.approx(HELD_OUT_PERCENT / 100, abs=0.015)
    assert split_of("chair_seed_1") == split_of("chair_seed_2")  # no seed at the end of the name: goes by its stem


@pytest.mark.parametrize("paint", PAINTS)
def test_a_paint_has_the_colour_that_its_word_says(paint):
    rgb, word, _ = PAINTS[paint]
    own = np.round(np.array([rgb]) * 255).astype(np.uint8)
    assert BASIC_COLOURS[name_of(own)[0]] == BASIC_OF[word]
    assert SHADES[shade_of(own)[0]] == word
    drawn = sample_rgb(paint, np.random.default_rng(0))
    assert BASIC_COLOURS[name_of(drawn[None])[0]] == BASIC_OF[word]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_draws_known_paints(kind):
    rng = np.random.default_rng(0)
    assert all(pick(rng, kind) in PAINTS and pick_main(rng, kind) in PAINTS for _ in range(50))


def test_main_parts_of_wood_come_in_all_basic_colours():
    rng = np.random.default_rng(0)
    drawn = {pick_main(rng, "wood") for _ in range(600)}
    assert {f"{colour} wood" for colour in BASIC_COLOURS} <= drawn
    assert all(material_of(paint) == "wood" for paint in drawn)


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadInputError, match="'velvet'"):
        pick(np.random.default_rng(0), "velvet")
