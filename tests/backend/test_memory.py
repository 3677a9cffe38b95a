import subprocess
import sys

import numpy as np
import pytest
import torch

from iss_backend.errors import DeviceError
from iss_backend.memory import LittleMemoryWarning, is_out_of_memory, limit_memory, on_processor_if_full
from iss_backend.meshing import MeshSettings, extract_mesh
from iss_backend.rendering.queries import SMALLEST_CHUNK, occupancy_in_chunks

CUDA, CPU = torch.device("cuda"), torch.device("cpu")
EXHAUSTED = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("MPS backend out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
    RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED"),
    RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
]


class Studio:
    """Fails with an error on all devices but those where there is room."""

    def __init__(self, device, error, room=("cpu",)):
        self.device, self.error, self.room, self.tried = device, error, room, []

    def move_to(self, device):
        self.device = device

    @on_processor_if_full
    def work(self, number, add=0):
        self.tried.append(self.device.type)
        if self.device.type not in self.room:
            raise self.error
        return number + add

    @on_processor_if_full
    def work_twice(self, number):
        held = self.device
        result = self.work(number)
        assert self.device == held, "what this call holds was left behind"
        return result


@pytest.mark.parametrize("error", EXHAUSTED)
def test_a_full_gpu_hands_over_to_the_processor_and_says_so(error):
    studio = Studio(CUDA, error)
    with pytest.warns(LittleMemoryWarning, match="starts again on the processor instead of cuda"):
        assert studio.work(3, add=4) == 7
    assert studio.tried == ["cuda", "cpu"]
    assert studio.device == CPU


def test_the_outermost_call_hands_over_for_the_calls_inside_it():
    studio = Studio(CUDA, EXHAUSTED[1])
    with pytest.warns(LittleMemoryWarning, match="starts again on the processor") as said:
        assert studio.work_twice(3) == 3
    assert (studio.tried, len(said)) == (["cuda", "cpu"], 1)
    studio.device = CUDA
    with pytest.warns(LittleMemoryWarning, match="starts again on the processor"):
        assert studio.work(4) == 4


@pytest.mark.parametrize("error", EXHAUSTED)
def test_a_full_processor_is_explained(error):
    with pytest.raises(DeviceError, match="memory is exhausted; use fewer views") as caught:
        Studio(CPU, error, room=()).work(1)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("x"), KeyboardInterrupt()])
def test_other_errors_pass(error):
    studio = Studio(CUDA, error)
    with pytest.raises(type(error)) as caught:
        studio.work(1)
    assert caught.value is error
    assert studio.tried == ["cuda"]


def test_a_real_exhausted_memory_is_known():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)


def test_points_that_do_not_fit_are_asked_by_halves(analytic, ball, no_code, monkeypatch):
    svr, asked = analytic(ball(0, 0, 0)), []
    points = torch.rand(5000, 3) - 0.5
    expected, roomy = occupancy_in_chunks(svr, no_code, points), svr.occupancy

    def narrow(field, some):
        asked.append(some.shape[1])
        if some.shape[1] > 1300:
            raise torch.OutOfMemoryError("out of memory")
        return roomy(field, some)

    monkeypatch.setattr(svr, "occupancy", narrow)
    with pytest.warns(LittleMemoryWarning, match="fewer than 5000 points at a time"):
        assert torch.equal(occupancy_in_chunks(svr, no_code, points), expected)
    assert asked == [5000, 2500, 1250, 1250, 2500, 1250, 1250]


def test_a_mesh_whose_points_do_not_fit_is_the_same(analytic, ball, no_code, monkeypatch):
    svr, settings = analytic(ball(0, 0, 0)), MeshSettings(resolution=32)
    expected, roomy = extract_mesh(svr, no_code, settings), svr.query

    def narrow(field, some):
        if some.shape[1] > 1300:
            raise torch.OutOfMemoryError("out of memory")
        return roomy(field, some)

    monkeypatch.setattr(svr, "query", narrow)
    with pytest.warns(LittleMemoryWarning, match="points at a time"):
        mesh = extract_mesh(svr, no_code, settings)
    for name in ("vertices", "faces", "colours"):
        assert np.array_equal(getattr(mesh, name), getattr(expected, name))


def test_the_smallest_chunk_is_not_halved(analytic, ball, no_code, monkeypatch):
    svr = analytic(ball(0, 0, 0))

    def full(field, some):
        raise MemoryError

    monkeypatch.setattr(svr, "occupancy", full)
    with pytest.raises(MemoryError):
        occupancy_in_chunks(svr, no_code, torch.zeros(SMALLEST_CHUNK, 3))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can limit a process's memory")
def test_a_limit_holds_in_a_process_of_its_own():
    program = """
import torch
from iss_backend.memory import is_out_of_memory, limit_memory
limit_memory(3.0, torch.device("cpu"))
torch.zeros(2**28, dtype=torch.uint8)
try:
    torch.zeros(2**32, dtype=torch.uint8)
except RuntimeError as error:
    print("refused", is_out_of_memory(error))
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["refused", "True"]


def test_a_gpu_is_held_to_its_share(monkeypatch):
    held = []
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: type("Card", (), {"total_memory": 8e9}))
    # torch wants a number here, or None for the current card; it refuses a device without a number.
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda *limit: held.append(limit))
    limit_memory(2.0, CUDA)
    limit_memory(99.0, torch.device("cuda", 1))
    assert held == [(0.25, None), (1.0, 1)]


def test_devices_that_cannot_be_limited_say_so():
    with pytest.raises(DeviceError, match="memory of mps cannot be limited"):
        limit_memory(1.0, torch.device("mps"))
