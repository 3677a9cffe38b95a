import pytest
import torch

from iss_backend.devices import choose_device
from iss_backend.errors import DeviceError


@pytest.fixture
def machine(monkeypatch):
    """Return a function that pretends how many CUDA devices there are."""

    def pretend(cuda, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


@pytest.mark.parametrize(("cuda", "chosen"), [(0, "cpu"), (1, "cuda")])
def test_auto_takes_cuda_where_there_is_one(machine, cuda, chosen):
    machine(cuda)
    assert choose_device() == choose_device("auto") == torch.device(chosen)


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:0", "cuda:1", "mps"])
def test_devices_that_exist(machine, name):
    machine(2, mps=True)
    assert choose_device(name) == torch.device(name)


@pytest.mark.parametrize("name", ["", "gpu", "CPU", "cpu:", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "cuda:²", "mps:0"])
def test_unknown_names_are_refused(machine, name):
    machine(1)
    with pytest.raises(DeviceError, match=f"no device called '{name}'"):
        choose_device(name)


@pytest.mark.parametrize(("name", "words"), [("cuda", "CUDA cannot"), ("cuda:0", "CUDA cannot"), ("mps", "MPS cannot")])
def test_devices_that_are_not_here_are_refused(machine, name, words):
    machine(0)
    with pytest.raises(DeviceError, match=words):
        choose_device(name)


def test_a_card_too_many_is_refused(machine):
    machine(2)
    with pytest.raises(DeviceError, match="no cuda:2; this machine has 2"):
        choose_device("cuda:2")
