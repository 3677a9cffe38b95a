import pytest
import torch

from iss_backend.devices import choose_device
from iss_backend.errors import DeviceError


@pytest.fixture
def machine(monkeypatch):
    """Return a function that pretends how many CUDA devices there are, which, and for which PyTorch was built."""

    def pretend(cuda, mps=False, cards=((8, 6), (9, 0), (7, 5)), builds=("sm_75", "sm_80", "sm_86", "sm_90")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda index: cards[index])
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"Card {index}")
        monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: list(builds))
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


@pytest.mark.parametrize(("card", "builds", "chosen"), [
    ((6, 1), ["sm_75", "sm_80", "sm_120", "compute_120"], "cpu"),
    ((7, 0), ["sm_75", "sm_80"], "cpu"),
    ((7, 5), ["sm_75", "sm_80"], "cuda"),
    ((8, 9), ["sm_80"], "cuda"),
    ((8, 0), ["sm_75", "sm_86"], "cpu"),
    ((10, 0), ["sm_90"], "cpu"),
    ((12, 1), ["sm_90", "compute_90"], "cuda"),
    ((12, 0), ["sm_120a"], "cuda"),
    ((9, 0), ["gfx90a"], "cuda"),
    ((6, 1), [], "cuda"),
])  # fmt: skip
def test_auto_takes_cards_that_pytorch_was_built_for(machine, card, builds, chosen):
    machine(1, cards=[card], builds=builds)
    assert choose_device() == torch.device(chosen)


def test_an_old_card_is_told_and_a_newer_one_beside_it_taken(machine, caplog):
    machine(1, cards=[(6, 1)])
    assert choose_device() == torch.device("cpu")
    (record,) = caplog.records
    assert "Card 0 (compute capability 6.1;" in record.getMessage() and "processor is used" in record.getMessage()
    machine(2, cards=[(6, 1), (8, 6)])
    assert choose_device() == choose_device("cuda:1") == torch.device("cuda:1")
    assert len(caplog.records) == 1
    for name in ("cuda", "cuda:0"):
        with pytest.raises(DeviceError, match=r"no kernels for Card 0 \(compute capability 6.1.*use --device cpu"):
            choose_device(name)


@pytest.mark.parametrize(("version", "words", "why", "cure"), [
    (None, "", "built without CUDA", "install the CUDA backend"),
    ("13.0", "The NVIDIA driver on your system is too old (found version 12040).", "CUDA 13.0 is needed", "update the"),
    ("13.0", "Found no NVIDIA driver on your system.", "no NVIDIA driver answers", "install the driver"),
])  # fmt: skip
def test_why_there_is_no_cuda(machine, monkeypatch, version, words, why, cure):
    def init():
        raise RuntimeError(words)

    machine(0)
    monkeypatch.setattr(torch.version, "cuda", version)
    monkeypatch.setattr(torch.cuda, "init", init)
    with pytest.raises(DeviceError, match=rf"{why}\); use --device cpu, or {cure}"):
        choose_device("cuda")
