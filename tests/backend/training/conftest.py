"""Four synthetic shapes, packed, and a tiny bundle that knows two of them."""

from dataclasses import replace

import pytest
from synthetic_captures import write_captures

from iss_backend.bundle import ShapeCodes, load_bundle
from iss_backend.data.packing import pack_dataset
from iss_backend.progress import ignore_progress


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    root = tmp_path_factory.mktemp("solids")
    write_captures(root)
    pack_dataset(root, root / "packed", None, ignore_progress, workers=1)
    return root / "packed"


@pytest.fixture
def knowing(tiny_bundle):
    """Return the tiny bundle, as if it had been trained on two of the shapes."""
    bundle = load_bundle(tiny_bundle)
    return replace(bundle, shapes=ShapeCodes(bundle.shapes.codes[:2], ("solids/plate", "solids/big_ball")))
