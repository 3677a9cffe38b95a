import torch

from iss_backend.training.shape_encoder import ShapeEncoder, code_distance


def test_codes_are_standardised_over_the_batch_and_tell_shapes_apart():
    torch.manual_seed(0)
    encoder = ShapeEncoder(code_size=5, grid=32).train()
    codes = encoder(torch.rand(16, 6, 4, 32, 32))
    assert codes.shape == (16, 5)
    assert torch.allclose(codes.mean(0), torch.zeros(5), atol=1e-4)
    assert torch.allclose(codes.std(0, correction=0), torch.ones(5), atol=1e-2)


def test_the_code_depends_on_every_side():
    torch.manual_seed(0)
    encoder = ShapeEncoder(code_size=5, grid=32).eval()
    layers = torch.rand(1, 6, 4, 32, 32)
    for side in range(6):
        changed = layers.clone()
        changed[:, side] = 0.0
        assert (encoder(changed) - encoder(layers)).abs().max() > 1e-4


def test_no_gradient_reaches_the_targets_of_the_code_distance():
    codes, targets = torch.zeros(2, 3, requires_grad=True), torch.full((2, 3), 3.0, requires_grad=True)
    loss = code_distance(codes, targets)
    assert loss.item() == 2.5  # smooth L1 at a difference of 3
    loss.backward()
    assert targets.grad is None
    assert codes.grad is not None
