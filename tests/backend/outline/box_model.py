"""An SVR model of boxes: the code holds their half sides, so that what fits a picture is known."""

import torch

from iss_backend.svr.base import SVRModel

STEEP = 60.0  # logits per cube side


class Boxes(SVRModel):
    """Codes [B, 3] are half sides; the half at +X is red, the other blue."""

    code_size, image_size, colours_are_lit, can_be_sharpened = 3, 64, False, True

    def encode(self, images):
        return torch.full((len(images), 3), 0.25)

    def prepare(self, codes):
        return codes

    def occupancy(self, field, points):
        return STEEP * (field[:, None] - points.abs()).amin(dim=-1)

    def query(self, field, points):
        red = torch.tensor([1.0, 0.0, 0.0])
        colours = torch.where(points[..., :1] > 0, red, red.flip(0))
        return self.occupancy(field, points), colours

    def decoder_parameters(self):
        return []
