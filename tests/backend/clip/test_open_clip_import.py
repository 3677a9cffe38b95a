import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from iss_backend.bundle import DEFAULT_BUNDLE
from iss_backend.clip import load_clip
assert load_clip(DEFAULT_BUNDLE / "clip").feature_size == 256
heavy = {"timm", "torchvision.models", "torch._dynamo"} & sys.modules.keys()
assert not heavy, heavy
import torchvision
assert torchvision.models.resnet18 and torchvision.ops.misc
from iss_backend.clip.open_clip_import import import_open_clip
import_open_clip(lean=False)
towers = sys.modules["open_clip.timm_model"]
assert towers.timm is sys.modules["timm"]
print("fine")
"""


@pytest.mark.bundle
@pytest.mark.skipif(importlib.util.find_spec("timm") is None, reason="timm is not installed")
def test_our_clip_needs_neither_timm_nor_a_compiler_and_both_can_follow():
    run = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "fine", run.stderr


# Looks for torchvision as transformers does, and has a class of every name that it is asked for.
PACKAGE = """
import importlib.util
assert importlib.util.find_spec("torchvision") is not None
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (), {})
"""
BESIDE_TRANSFORMERS = """
from iss_backend.clip.open_clip_import import import_open_clip
import_open_clip(lean=True)
assert not {"timm", "transformers"} & sys.modules.keys()
import_open_clip(lean=False)
assert sys.modules["open_clip.hf_model"].transformers is sys.modules["transformers"]
"""
AFTER_TRANSFORMERS = """
import transformers
from iss_backend.clip.open_clip_import import import_open_clip
import_open_clip(lean=True)
import transformers.modeling_outputs
assert sys.modules["transformers"] is transformers is sys.modules["open_clip.hf_model"].transformers
"""


@pytest.mark.parametrize("program", [BESIDE_TRANSFORMERS, AFTER_TRANSFORMERS])
def test_transformers_is_left_out_and_stays_usable(program, tmp_path):
    for file in ("transformers/__init__.py", "transformers/modeling_outputs.py", "timm/__init__.py", "timm/layers.py"):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(PACKAGE, encoding="utf-8")
    program = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{program}"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
