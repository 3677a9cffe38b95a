"""A ball of one colour per feature, and a CLIP that sees mean colours: style is colour, form is radius."""

import pytest
from torch import nn
from torch.nn import functional


class MeanColourClip(nn.Module):
    """A CLIP whose image feature is the mean colour of a picture, centred at grey."""

    image_size, feature_size = 16, 3

    def encode_image(self, images):
        return functional.normalize(images.mean(dim=(2, 3)) - 0.5, dim=-1)


@pytest.fixture
def colour_clip():
    return MeanColourClip().eval()
