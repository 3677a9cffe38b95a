"""Makers of meshes whose surface, volume and colours are known."""

import pytest
from known_boxes import box_mesh, joined


@pytest.fixture(scope="session")
def cuboid():
    """Give box_mesh(low, high, colour)."""
    return box_mesh


@pytest.fixture(scope="session")
def join():
    """Give joined(mesh, mesh, ...)."""
    return joined
