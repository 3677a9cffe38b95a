import argparse
import json
import time

import pytest
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.bundle import Bundle, ShapeCodes
from iss_backend.cli import benchmark
from iss_backend.evaluation.benchmark import baselines
from iss_backend.evaluation.benchmark.clock import Timing, measure
from iss_backend.evaluation.benchmark.machine import describe_machine, peak_memory
from iss_backend.evaluation.benchmark.run import growth, ratios
from iss_backend.evaluation.benchmark.stage2_parts import Step, measure_step
from iss_backend.evaluation.benchmark.table import report_lines
from iss_backend.evaluation.benchmark.whole import throughput
from iss_backend.pipeline import TextToShape
from iss_backend.svr import DvrConfig, DvrModel, TriplaneConfig, TriplaneModel

CPU = torch.device("cpu")
ONE = Timing(1.0, 2.0, 1)


class TinyClip:
    """Four numbers of a picture."""

    image_size = 8

    def encode_image(self, images):
        features = torch.cat([images.mean(dim=(2, 3)), images.std(dim=(1, 2, 3))[:, None]], dim=1)
        return torch.nn.functional.normalize(features, dim=1)


@pytest.fixture
def bundle():
    torch.manual_seed(0)
    svr = TriplaneModel(TriplaneConfig(4, 12, 4, 6, (8,), 8, (4, 4)))
    mapper = Mapper(MapperConfig(4, 4, 8))
    gap = TextImageGap(torch.zeros(4), torch.zeros(4))
    return Bundle("tiny", TinyClip(), svr, mapper, None, gap, ShapeCodes(torch.zeros(1, 4), ("a",)), {})


def test_measure_counts_the_runs_and_takes_the_median(monkeypatch):
    ticks = iter([0.0, 5.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(ticks))
    runs = []
    timing = measure(lambda: runs.append(1), 3, CPU)
    assert len(runs) == 4, "one to warm up"
    assert timing.wall_s == 2.0 and timing.repeats == 3


def test_timings_add_up_and_scale():
    assert ONE.scaled(3) + Timing(0.5, 0.25, 4) == Timing(3.5, 6.25, 1)


def test_all_parts_of_a_step_are_timed_and_the_mapper_stays(bundle):
    before = [weight.clone() for weight in bundle.mapper.parameters()]
    target = torch.tensor([1.0, 0.0, 0.0, 0.0])
    step = measure_step(bundle, torch.zeros(4), target, views=2, size=8, repeats=1)
    parts = {"mapper", "prepare", "grid", "render", "render: march", "render: query", "CLIP forward", "backward"}
    assert set(step.parts) == parts | {"optimiser"}
    assert all(timing.wall_s >= 0 for timing in step.parts.values()) and 0 <= step.hits <= 1
    assert all(torch.equal(old, new) for old, new in zip(before, bundle.mapper.parameters(), strict=True))


def test_the_dense_baseline_asks_for_every_sample_of_every_ray(monkeypatch):
    monkeypatch.setattr(baselines, "measure", lambda action, repeats, device: ONE)
    model = DvrModel(DvrConfig(code_size=4, hidden=8))
    found = baselines.dense_march(model, TinyClip(), views=2, size=4, hits=0.5, points=64, device=CPU)
    rays = 2 * 4 * 4
    queries, learning, seeing = (rays * 128 + rays * 0.5 * 8) / 64, rays / 16, 1
    assert found.step.wall_s == pytest.approx(queries + learning + seeing)
    assert found.whole.cpu_s == pytest.approx(2 * 20 * (queries + learning + seeing))


def test_dream_fields_loop_is_extrapolated_to_its_steps(monkeypatch):
    monkeypatch.setattr(baselines, "measure", lambda action, repeats, device: ONE)
    found = baselines.dream_fields(TinyClip(), 1000, CPU)
    assert found.whole.wall_s == pytest.approx(10_000 * (168**2 * 192 / 1000 + 1))
    assert "10000 steps" in found.how


def test_the_network_of_dream_fields_answers_per_point():
    assert baselines.DreamField()(torch.zeros(5, 3)).shape == (5, 4)


def test_ratios_and_growth():
    steps = [Step(views, size, {}, ONE.scaled(views), 0.1) for views, size in ((4, 64), (8, 64), (8, 128))]
    baseline = baselines.Baseline(ONE.scaled(100), 40, "")
    assert ratios(steps[0], {"slow": baseline}) == {"slow, wall_s": 50.0, "slow, cpu_s": 50.0}
    assert growth(steps) == {"4 to 8 views": 2.0, "64 to 128 pixels": 1.0}


def test_machine_and_memory_are_named():
    machine = describe_machine(CPU)
    assert machine["cores"] >= 1 and machine["processor"] and json.dumps(machine)
    assert all(value > 1 for value in peak_memory(CPU).values())


def test_the_throughput_of_a_batch_is_measured_over_its_processes(tiny_bundle):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        found = throughput(TextToShape.open(tiny_bundle, "cpu"), 2, 0)
    finally:
        torch.set_num_threads(threads)
    assert (found["texts"], found["processes"]) == (2, 2)
    assert found["cpu_s_per_shape"] > 0
    # The processor time of the processes is counted: to start Python with torch takes more than this anywhere.
    assert found["cpu_s_per_shape_batch"] > 0.1
    assert found["gain_batch"] == pytest.approx(found["shapes_per_minute_batch"] / found["shapes_per_minute"])


def test_the_table_holds_what_the_report_holds():
    timing = {"wall_s": 1.0, "cpu_s": 2.0, "repeats": 1}
    step = {"views": 8, "size": 64, "hits": 0.1, "whole": timing, "parts": {"march": timing}}
    report = {
        "machine": {"processor": "Abacus", "cores": 2, "threads": 2, "torch": "2"},
        "made": "today",
        "ratios": {"paper, cpu_s": 123.4},
        **{name: {name: timing} for name in ("cold", "warm", "mesh", "stylise")},
        "baselines": {"paper": {"step": timing, "whole": timing}},
        "steps": [step],
        "growth": {"4 to 8 views": 1.9},
        "throughput": {
            "shapes_per_minute": 6.0,
            "cpu_s_per_shape": 12.0,
            "texts": 8,
            "processes": 2,
            "shapes_per_minute_batch": 9.5,
            "gain_batch": 1.58,
            "cpu_s_per_shape_batch": 11.0,
        },
        "peak_memory": {"process_mb": 900.0},
    }
    text = "\n".join(report_lines(report))
    expected = ("Abacus", "| paper, cpu_s | 123 |", "| march | 2000.0 |", "x 1.90", "900 (process_mb)", "extrapolated")
    expected += ("a batch of 8 in 2 processes 9.5, 11.0 (x 1.58)",)
    for part in expected:
        assert part in text


def test_the_command_is_known():
    parser = argparse.ArgumentParser()
    benchmark.add_command(parser.add_subparsers())
    arguments = parser.parse_args(["benchmark", "--quick", "-o", "report.json"])
    assert arguments.quick and arguments.run is benchmark.run
