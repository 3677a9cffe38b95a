import importlib.util
from types import SimpleNamespace

import pytest
import torch

from iss_backend.clip import torchvision_ops


@pytest.fixture
def uncached():
    """Return the function without its cache: each call decides anew."""
    return torchvision_ops.ensure_torchvision_imports.__wrapped__


@pytest.fixture
def libraries(monkeypatch):
    """Count the operator libraries that are declared, without declaring them."""
    made = []

    class Library:
        def __init__(self, name, kind):
            self.schemas = []
            made.append((name, kind, self.schemas))

        def define(self, schema):
            self.schemas.append(schema.partition("(")[0])

    monkeypatch.setattr(torch.library, "Library", Library)
    return made


def install(monkeypatch, tmp_path, *files):
    """Pretend that a torchvision with these files is installed."""
    for file in files:
        (tmp_path / file).touch()
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)


def test_nothing_is_declared_where_the_native_library_loads(monkeypatch, tmp_path, uncached, libraries):
    install(monkeypatch, tmp_path, "_C.so")
    loaded = []
    monkeypatch.setattr(torch.ops, "load_library", loaded.append)
    assert uncached() is None
    assert libraries == []
    assert loaded == [str(tmp_path / "_C.so")]


def test_both_operators_are_declared_where_the_native_library_does_not_load(monkeypatch, tmp_path, uncached, libraries):
    def refuse(path):
        raise OSError("libc10_cuda.so: cannot open shared object file")

    install(monkeypatch, tmp_path, "_C.so")
    monkeypatch.setattr(torch.ops, "load_library", refuse)
    assert uncached() is not None
    assert libraries == [("torchvision", "DEF", ["nms", "qnms"])]


def test_both_operators_are_declared_where_there_is_no_native_library(monkeypatch, tmp_path, uncached, libraries):
    install(monkeypatch, tmp_path)
    assert uncached() is not None
    assert len(libraries) == 1


def test_open_clip_can_be_imported_and_the_declaration_is_made_once():
    first = torchvision_ops.ensure_torchvision_imports()
    assert torchvision_ops.ensure_torchvision_imports() is first
    assert importlib.import_module("open_clip")
