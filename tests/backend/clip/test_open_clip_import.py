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
