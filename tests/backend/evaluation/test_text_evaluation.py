import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from iss_backend.cli.main import main
from iss_backend.errors import BadInputError
from iss_backend.evaluation.benchmark_report import as_json, detail_lines, table_lines
from iss_backend.evaluation.benchmark_summary import Judged, judge_records, scores_of, summarise
from iss_backend.evaluation.blind_sheet import choose_for_sheet
from iss_backend.evaluation.methods import NearestShape, build_methods, training_shape_features
from iss_backend.evaluation.metrics.health import MeshHealth
from iss_backend.evaluation.metrics.intervals import Score
from iss_backend.evaluation.picture_features import inception_network, picture_features
from iss_backend.evaluation.records import NO_MESH, Record, RecordBook
from iss_backend.evaluation.set_distances import Reference, distances_to
from iss_backend.evaluation.text_benchmark import BenchmarkSettings, chosen_texts, planned
from iss_backend.evaluation.text_evaluation import TextEvaluation, evaluate_texts, write_results
from iss_backend.evaluation.text_sets import EvaluationText, load_texts
from iss_backend.pipeline import TextToShape
from iss_backend.progress import ignore_progress

SOUND = MeshHealth(True, 1, 0, False, 0.1)


@pytest.fixture
def plan_of(texts, fast):
    """Give plan_of(folder, **changes)."""
    plan = TextEvaluation(
        texts=texts,
        limit=None,
        methods=("guess", "default", "nearest"),
        benchmark=BenchmarkSettings(2, 0, 16, views=2, picture_size=24),
        folder=None,
        generate=fast,
    )
    return lambda folder, **changes: replace(plan, folder=folder, **changes)


def judged(text, seed=0, category=None, colour=None, rank=1, feature=()):
    record = Record("default", text.text, seed, 1.0, health=SOUND, point_feature=feature)
    return Judged(record, text, category, colour, rank)


def test_a_whole_run_and_what_it_writes(studio, tiny_bundle, judges, plan_of, tmp_path):
    plan = plan_of(tmp_path / "results.run")
    results, titles = evaluate_texts(studio, judges, plan, tiny_bundle, ignore_progress)
    assert list(results) == ["guess", "default", "nearest"]
    assert results["default"]["scores"]["sound"].count == 8  # four texts, two seeds
    assert results["nearest"]["scores"]["sound"].count == 4  # no seed changes it
    assert results["default"]["scores"]["category"].count == 6
    assert results["default"]["scores"]["watertight"].mean == 1
    assert results["default"]["diversity"] > 0
    assert results["nearest"]["diversity"] is None
    assert results["default"]["unusual_words"]["unseen_words"]["category"].count == 2
    assert len(table_lines(titles, results)) == 4
    assert detail_lines(results["default"])

    files = write_results(tmp_path / "results.json", plan, judges, results, 0)
    stored = json.loads(files[0].read_text())
    assert stored["judge"]["classes"] == ["car", "lamp"]
    assert stored["methods"]["default"]["scores"]["colour"]["count"] == 6
    assert files[2].read_text().splitlines()[0] == "number\ttext"
    assert {line.split("\t")[1] for line in files[2].read_text().splitlines()[1:]} == {"a red car", "a lamp"}
    with Image.open(files[1]) as sheet:
        assert sheet.width == 8 * 2 * 24


def test_a_second_run_makes_only_what_is_missing(studio, tiny_bundle, judges, plan_of, tmp_path, monkeypatch):
    folder = tmp_path / "x.run"
    small = plan_of(folder, limit=2, methods=("guess",))
    first, _ = evaluate_texts(studio, judges, small, tiny_bundle, ignore_progress)
    before = (folder / "records.jsonl").read_text()
    with (folder / "records.jsonl").open("a") as file:
        file.write('{"method": "gue')  # stopped while it wrote
    with monkeypatch.context() as patched:
        patched.setattr(TextToShape, "generate", None)  # nothing may be generated again
        again, _ = evaluate_texts(studio, judges, small, tiny_bundle, ignore_progress)
    assert as_json(again) == as_json(first)
    assert (folder / "records.jsonl").read_text() == before
    more, _ = evaluate_texts(studio, judges, plan_of(folder, limit=3, methods=("guess",)), tiny_bundle, ignore_progress)
    assert more["guess"]["scores"]["sound"].count == 6
    assert (folder / "records.jsonl").read_text().startswith(before)
    with pytest.raises(BadInputError, match="other judges or other settings"):
        evaluate_texts(
            studio, judges, plan_of(folder, benchmark=BenchmarkSettings(2, 0, 32)), tiny_bundle, ignore_progress
        )


def test_the_nearest_shape_is_a_training_shape_and_is_found_by_the_bundles_clip(studio, tmp_path):
    cache = tmp_path / "features.safetensors"
    nearest = NearestShape(studio, cache, ignore_progress)
    shape = nearest.find("a red car", 5).shape
    number = studio.bundle.shapes.names.index(shape.settings["training shape"])
    assert torch.equal(shape.code, studio.bundle.shapes.codes[number])
    wanted = studio.bundle.clip.encode_text(["a red car"])[0]
    assert number == int((training_shape_features(studio.bundle, cache, ignore_progress) @ wanted).argmax())
    assert cache.is_file()


def test_the_rows_differ_in_what_they_say(studio, fast, tmp_path):
    methods = build_methods(studio, tmp_path / "x.safetensors", ignore_progress, fast)
    stage1, guess, default = (methods[name].make("a red car", 1).shape for name in ("stage1", "guess", "default"))
    assert [s.settings["stage2"]["steps"] for s in (stage1, guess, default)] == [0, 0, 1]
    assert [s.settings["guess"]["kind"] for s in (stage1, guess, default)] == ["mapper", "prior", "prior"]
    assert torch.equal(stage1.code, methods["stage1"].make("a red car", 2).shape.code)
    assert not torch.equal(guess.code, methods["guess"].make("a red car", 2).shape.code)


def test_the_sample_of_texts_grows_with_the_limit():
    texts = load_texts()
    assert chosen_texts(texts, 20)[:10] == chosen_texts(texts, 10)
    assert sorted(t.text for t in chosen_texts(texts, None)) == sorted(t.text for t in texts)


def test_every_text_comes_once_before_any_comes_twice(studio, texts, tmp_path):
    methods = build_methods(studio, tmp_path / "x", ignore_progress)
    keys = planned({"a": methods["guess"], "b": methods["nearest"]}, texts[:2], BenchmarkSettings(seeds=2))
    assert [key[0] + str(key[2]) for key in keys] == ["a0", "b0", "a0", "b0", "a1", "a1"]


def test_scores_count_only_what_a_text_asks_for(texts):
    red, auto, lamp, dog = texts
    rows = [
        judged(red, category=True, colour=False, rank=1),
        judged(lamp, category=False, rank=6),
        judged(dog, colour=True, rank=3),
        judged(dog, 1, colour=True, rank=9),
    ]
    scores = scores_of(rows)
    assert (scores["category"].mean, scores["category"].count) == (0.5, 2)
    assert (scores["colour"].mean, scores["colour"].count) == (pytest.approx(2 / 3), 3)
    assert scores["r_precision"].mean == 0.25
    assert scores["r_precision_within_5"].mean == 0.5
    assert scores["sound"] == Score(1.0, 1.0, 1.0, 4)
    summary = summarise([*rows, judged(auto, category=False, colour=True, rank=2)])
    assert summary["by_category"] == {"car": 0.5, "lamp": 0.0}
    unusual = summary["unusual_words"]["unseen_words"]
    assert (unusual["category"].mean, unusual["colour"].mean) == (-1.0, 1.0)  # worse by one car, better by one red
    assert "category -100.0" in "\n".join(detail_lines(summary))


def test_diversity_is_measured_among_the_seeds_of_one_text(texts):
    red, _, lamp, _ = texts
    rows = [judged(red, 0, feature=(0.0, 0.0)), judged(red, 1, feature=(3.0, 4.0)), judged(lamp, 0, feature=(9.0, 9.0))]
    assert summarise(rows)["diversity"] == pytest.approx(5)


def test_a_failure_counts_as_wrong_in_everything(texts, tmp_path):
    book = RecordBook(tmp_path, {})
    book.add(Record("default", "a red car", 0, 1.0, failure="No shape came out."), None)
    (one,) = judge_records(book, texts, ("car",), None, [("default", "a red car", 0), ("default", "a lamp", 0)])
    assert set(one.values.values()) == {0.0}
    assert one.record.health == NO_MESH


def test_pictures_come_back_as_they_were(tmp_path):
    book, pictures = RecordBook(tmp_path, {}), torch.rand(3, 3, 8, 8)
    book.add(Record("a", "x", 0, 1.0), torch.zeros(3, 3, 8, 8))
    book.add(Record("a", "x", 1, 1.0, colours=(("red", 0.5),)), pictures)
    again = RecordBook(tmp_path, {})
    assert torch.allclose(again.pictures_of(("a", "x", 1)), pictures, atol=0.5 / 255 + 1e-6)
    assert again.records == book.records
    (tmp_path / "records.jsonl").write_text('{"method": 1}\n')
    with pytest.raises(BadInputError, match="line 1 is damaged"):
        RecordBook(tmp_path, {})


def test_the_blind_sheet_has_all_categories_in_random_order():
    texts = [EvaluationText(f"{c} {n}", c, (), None, "thirteen") for c in "abc" for n in range(9)]
    records = [Record("default", text.text, 0, 1.0) for text in texts]
    chosen = choose_for_sheet(texts, records, seed=1, count=7)
    categories = [record.text[0] for record in chosen]
    assert sorted(np.unique(categories, return_counts=True)[1].tolist()) == [2, 2, 3]
    assert categories != sorted(categories)
    assert choose_for_sheet(texts, records, 1, 7) == chosen != choose_for_sheet(texts, records, 2, 7)


def test_distances_to_the_same_pictures_and_points_are_nothing(tmp_path):
    book, rng = RecordBook(tmp_path, {}), np.random.default_rng(0)
    pictures, points = torch.rand(6, 2, 3, 8, 8), rng.normal(size=(6, 3)).round(4)
    for number in range(6):
        key = ("a", "x", number)
        book.add(Record(*key, 1.0, point_feature=tuple(points[number])), pictures[number])
    records = list(book.records.values())

    def network(batch):
        return batch.mean(dim=(2, 3))

    stored = picture_features(network, [book.pictures_of(record.key) for record in records])
    same = distances_to(Reference(network, "means", stored, points), book, records)
    assert (same["network"], same["pictures"]) == ("means", 12)
    assert (same["fid"], same["fpd"]) == pytest.approx((0, 0), abs=1e-9)
    moved = distances_to(Reference(network, "means", stored + 1, points - 2), book, records)
    assert (moved["fid"], moved["fpd"]) == pytest.approx((3, 12), abs=1e-5)


def test_inception_without_its_packages_or_weights_is_said(tmp_path):
    with pytest.raises(BadInputError, match=r"need torchmetrics|no Inception weights"):
        inception_network(tmp_path / "none.pth")


def test_the_command_prints_a_table(tiny_bundle, judges_folder, tmp_path, capsys):
    table = tmp_path / "texts" / "thirteen.tsv"
    table.parent.mkdir()
    table.write_text("text\tcategory\tcolours\tmeans\na lamp\tlamp\tred\t\n")
    options = ["--bundle", str(tiny_bundle), "--judges", str(judges_folder), "--texts", str(table.parent)]
    options += ["--methods", "nearest", "--seeds", "1", "--resolution", "16", "--device", "cpu"]
    assert main(["evaluate", "texts", "-o", str(tmp_path / "r.json"), *options]) == 0
    printed = capsys.readouterr().out
    assert "nearest training shape" in printed
    assert str(tmp_path / "r.json") in printed
    assert json.loads((tmp_path / "r.json").read_text())["methods"]["nearest"]["scores"]["watertight"]["mean"] == 1
    assert main(["evaluate", "texts", "-o", str(tmp_path / "s.json"), "--judges", str(tmp_path)]) == 2
    assert "train judge" in capsys.readouterr().err


def test_too_few_shapes_have_no_distances(tmp_path):
    book = RecordBook(tmp_path, {})
    book.add(Record("a", "x", 0, 1.0, point_feature=(1.0, 2.0)), torch.rand(2, 3, 8, 8))
    book.add(Record("a", "x", 1, 1.0, failure="No shape came out."), None)
    reference = Reference(lambda batch: batch.mean(dim=(2, 3)), "means", np.eye(3), np.eye(2))
    assert distances_to(reference, book, list(book.records.values())) == {}
    assert distances_to(reference, book, []) == {}


def test_data_that_nothing_can_be_compared_with_are_told_before_anything_is_made(
    studio, tiny_bundle, judges, plan_of, packed_folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("iss_backend.evaluation.text_evaluation.run_methods", lambda *_: pytest.fail("made"))
    with pytest.raises(BadInputError, match="is no packed data set"):
        plan = plan_of(tmp_path / "a.run", data=[tmp_path])
        evaluate_texts(studio, judges, plan, tiny_bundle, ignore_progress)
    monkeypatch.setattr("iss_backend.evaluation.set_distances.split_indices", lambda shapes: ([0], np.array([1])))
    with pytest.raises(BadInputError, match="2 held-out shapes or more, the data have 1 of"):
        plan = plan_of(tmp_path / "b.run", data=[packed_folder])
        evaluate_texts(studio, judges, plan, tiny_bundle, ignore_progress)


def test_a_row_that_was_made_with_other_steps_is_not_gone_on_with(tmp_path):
    book = RecordBook(tmp_path, {})
    book.keep_rows({"dream_fields": "20 steps"})
    RecordBook(tmp_path, {}).keep_rows({"e_i": "files 1234"})
    again = RecordBook(tmp_path, {})
    again.keep_rows({"dream_fields": "20 steps", "e_i": "files 1234"})
    with pytest.raises(BadInputError, match=r"'dream_fields' in .* was made with 20 steps, not 30 steps"):
        again.keep_rows({"dream_fields": "30 steps"})
