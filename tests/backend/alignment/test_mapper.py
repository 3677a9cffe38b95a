import pytest
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig


def test_the_mapper_of_the_paper_has_its_layers_and_size():
    mapper = Mapper(MapperConfig())
    assert sum(p.numel() for p in mapper.parameters()) == 2_429_952
    assert [name for name, _ in mapper.named_children()] == [f"linear_{number}" for number in range(1, 13)]
    widths = [(layer.in_features, layer.out_features) for layer in mapper.children()]
    assert widths == [(512, 512)] * 8 + [(512, 256)] + [(256, 256)] * 3


def identity_mapper(activation):
    """A mapper of size 1 whose layers pass their input through, before the activation."""
    mapper = Mapper(MapperConfig(1, 1, 1, activation))
    for layer in mapper.children():
        torch.nn.init.ones_(layer.weight)
    return mapper


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("linear", [-(0.02**11), 0.5]),
        ("leaky_relu", [-(0.02**12), 0.5]),
        ("sigmoid", [0.5, 1 / (1 + 2.718281828**-0.5)]),
    ],
)
def test_the_activation_after_each_layer_is_the_configured_one(activation, expected):
    codes = identity_mapper(activation)(torch.tensor([[-1.0], [0.5]]))
    torch.testing.assert_close(codes[:, 0], torch.tensor(expected), rtol=1e-5, atol=0.0)


def test_unit_features_reach_the_first_layer_with_entries_of_about_one():
    mapper = Mapper(MapperConfig(64, 8, 16))
    seen = []
    mapper.linear_1.register_forward_hook(lambda layer, inputs, output: seen.append(inputs[0]))
    mapper(torch.nn.functional.normalize(torch.randn(5, 64), dim=-1))
    torch.testing.assert_close(seen[0].square().mean(dim=-1), torch.ones(5))
