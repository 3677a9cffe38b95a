import math

import pytest
import torch
from torch import nn

from iss_backend.errors import BundleError, TrainingError
from iss_backend.progress import ignore_progress
from iss_backend.training.checkpoint import load_checkpoint, save_checkpoint
from iss_backend.training.schedule import LoopSettings, learning_rate_at, run_training

LOOP = LoopSettings(steps=12, learning_rate=0.05, warmup=3, checkpoint_every_s=-1.0, evaluate_every=5)


class Toy(nn.Module):
    """A little network with a normalisation, whose statistics belong to its state, and a frozen part."""

    def __init__(self, hidden=4):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(2, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.unused = nn.Linear(2, 2)
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)

    def forward(self, points):
        return self.layers(points * self.frozen)


def train(model, checkpoint, stop_at=None, evaluate=lambda step: None, report=ignore_progress, loop=LOOP):
    def loss_of_step(step):
        if step == stop_at:
            raise InterruptedError
        points = torch.randn(16, 2, generator=torch.Generator().manual_seed(step))
        return (model(points)[:, 0] - points.prod(dim=1)).square().mean()

    run_training("toy", model, loss_of_step, evaluate, loop, checkpoint, report)


@pytest.mark.parametrize("stop_at", [1, 5, 11])
def test_a_resumed_training_gives_the_same_weights_bit_by_bit(tmp_path, stop_at):
    straight, first, second = Toy(), Toy(), Toy()
    train(straight, tmp_path / "a" / "x.safetensors")
    with pytest.raises(InterruptedError):
        train(first, tmp_path / "b.safetensors", stop_at)
    with torch.no_grad():
        second.layers[0].weight.fill_(9.0)  # the checkpoint has the last word
    steps = []
    train(second, tmp_path / "b.safetensors", report=lambda event: steps.append(event.step))
    assert steps == list(range(stop_at + 1, 13))
    expected = straight.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in second.state_dict().items())
    assert not torch.equal(straight.layers[0].weight, Toy().layers[0].weight)
    assert not list(tmp_path.rglob("*.part*"))


def test_a_finished_training_is_not_run_again(tmp_path):
    train(Toy(), tmp_path / "x.safetensors")
    again, steps = Toy(), []
    train(again, tmp_path / "x.safetensors", report=steps.append)
    assert steps == []
    assert not torch.equal(again.layers[0].weight, Toy().layers[0].weight)


def test_evaluations_come_now_and_then_and_at_the_end(tmp_path):
    evaluated, losses = [], []
    train(Toy(), tmp_path / "x.safetensors", evaluate=evaluated.append, report=lambda event: losses.append(event.loss))
    assert evaluated == [5, 10, 12]
    assert len(losses) == 12
    assert losses[-1] < losses[0]


def test_frozen_and_unused_parameters_stay(tmp_path):
    model = Toy()
    train(model, tmp_path / "x.safetensors", loop=LoopSettings(12, 0.05, 3, weight_decay=0.5))
    assert torch.equal(model.frozen, torch.ones(2))
    assert torch.equal(model.unused.weight, Toy().unused.weight)


def test_the_schedule_by_hand():
    loop = LoopSettings(steps=110, learning_rate=2.0, warmup=10)
    assert learning_rate_at(0, loop) == pytest.approx(0.2)
    assert learning_rate_at(9, loop) == pytest.approx(2.0)
    assert learning_rate_at(10, loop) == pytest.approx(2.0)
    assert learning_rate_at(60, loop) == pytest.approx(2.0 * (0.01 + 0.99 / 2))
    assert learning_rate_at(35, loop) == pytest.approx(2.0 * (0.01 + 0.495 * (1 + math.cos(math.pi / 4))))
    assert learning_rate_at(110, loop) == learning_rate_at(500, loop) == pytest.approx(0.02)


@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (5, 5), (3, 200), (10, 0)])
def test_short_schedules_stay_positive_and_bounded(steps, warmup):
    loop = LoopSettings(steps=steps, learning_rate=1.0, warmup=warmup)
    assert all(0.0 < learning_rate_at(step, loop) <= 1.0 for step in range(steps))


def test_checkpoints_of_other_models_and_damaged_ones_are_refused(tmp_path):
    path, model = tmp_path / "x.safetensors", Toy()
    save_checkpoint(path, model, torch.optim.AdamW(model.parameters()), 3)
    with pytest.raises(BundleError, match="belongs to another model"):
        load_checkpoint(path, Toy(hidden=5), None)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(BundleError, match="is damaged"):
        load_checkpoint(path, Toy(), None)


def test_no_checkpoint_is_step_0_and_the_optimiser_may_be_left_out(tmp_path):
    model = Toy()
    assert load_checkpoint(tmp_path / "none.safetensors", model, None) == 0
    save_checkpoint(tmp_path / "x.safetensors", model, torch.optim.AdamW(model.parameters()), 42)
    assert load_checkpoint(tmp_path / "x.safetensors", Toy(), None) == 42


def test_a_loss_that_is_no_number_ends_the_training_and_spares_the_checkpoint(tmp_path):
    def loss_of_step(step):
        return model.layers[0].weight.sum() * (math.nan if step == 3 else 1.0)

    model, path = Toy(), tmp_path / "toy.safetensors"
    with pytest.raises(TrainingError, match="loss of toy became nan in step 4"):
        run_training("toy", model, loss_of_step, lambda step: None, LOOP, path, ignore_progress)
    assert load_checkpoint(path, Toy(), None) == 3


@pytest.mark.parametrize("spoilt", [3, LOOP.steps - 1])
def test_a_gradient_that_is_no_number_ends_the_training_and_spares_the_checkpoint(tmp_path, spoilt):
    def loss_of_step(step):
        weight = model.layers[0].weight.sum()
        return weight + (weight - weight).abs().sqrt() if step == spoilt else weight  # 0 at an infinite slope

    model, path = Toy(), tmp_path / "toy.safetensors"
    with pytest.raises(TrainingError, match=f"gradient of toy became nan in step {spoilt + 1}"):
        run_training("toy", model, loss_of_step, lambda step: None, LOOP, path, ignore_progress)
    assert load_checkpoint(path, Toy(), None) == spoilt
    assert model.layers[0].weight.isfinite().all()
