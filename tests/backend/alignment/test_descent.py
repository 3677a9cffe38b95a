"""Adam on a few numbers."""

import torch

from iss_backend.alignment.descent import descended


def test_the_steps_are_those_of_adam():
    target, reference = torch.tensor([1.0, -3.0]), torch.zeros(2, requires_grad=True)
    optimiser = torch.optim.Adam([reference], 0.05)
    rates = [0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01]
    for rate in rates:
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        (reference - target).pow(2).sum().backward()
        optimiser.step()
    assert descended(lambda place: 2 * (place - target), torch.zeros(2), rates).allclose(reference)
