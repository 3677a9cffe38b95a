import torch
from torch.nn import functional

from iss_backend.alignment.text_image_gap import TextImageGap, measure_gap


def cone(direction, count, seed):
    """Unit features [count, 8] around an axis."""
    noise = 0.1 * torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))
    return functional.normalize(functional.one_hot(torch.tensor(direction), 8) + noise, dim=-1)


def test_closing_the_gap_moves_the_mean_of_texts_onto_that_of_pictures():
    texts, pictures = cone(0, 200, 1), cone(5, 200, 2)
    gap = measure_gap(texts, pictures)
    closed = gap.close(texts)
    torch.testing.assert_close(closed.norm(dim=-1), torch.ones(200))
    before = functional.cosine_similarity(texts.mean(0), pictures.mean(0), dim=0)
    after = functional.cosine_similarity(closed.mean(0), pictures.mean(0), dim=0)
    assert before < 0.1
    assert after > 0.999


def test_the_shift_by_hand():
    gap = TextImageGap(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(gap.close(torch.tensor([[1.0, 2.0]])), torch.tensor([[0.0, 1.0]]))


def test_equal_cones_have_no_gap():
    texts = cone(2, 50, 3)
    torch.testing.assert_close(measure_gap(texts, texts).close(texts), texts)
