import numpy as np
import pytest
import torch

from iss_backend.pixels import pixel_centres


@pytest.mark.parametrize("numbers", [np.array([[0, 1], [3, 2]]), torch.tensor([[0, 1], [3, 2]])])
def test_centres_of_four_pixels_from_edge_to_edge(numbers):
    assert pixel_centres(numbers, 4).tolist() == [[-0.75, -0.25], [0.75, 0.25]]
