"""Driving the person's own installation of GET3D, which is imported by name and never shipped.

GET3D renders meshes of a deformed tetrahedral grid; here its signed distances and texture field are asked at points
instead, so that the renderer, stage 2 and meshing of every other model apply. The deformation of the grid, at most a
hundredth of the cube, is left out.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from iss_backend.errors import BundleError

if TYPE_CHECKING:
    from iss_backend.svr.get3d import Get3dConfig, LatentPair

MODULE = "training.networks_get3d"
STEP = 1e-3
# As published for the ShapeNet models, apart from what `Get3dConfig` holds.
PUBLISHED = {
    "c_dim": 0,
    "img_resolution": 1024,
    "img_channels": 3,
    "use_style_mixing": False,
    "data_camera_mode": "shapenet_car",
    "geometry_type": "conv3d",
    "tet_res": 90,
    "render_type": "neural_render",
    "use_tri_plane": True,
    "n_views": 1,
    "tri_plane_resolution": 256,
    "deformation_multiplier": 1.0,
    "feat_channel": 16,
    "mlp_latent_channel": 32,
    "inference_noise_mode": "const",
    "one_3d_generator": True,
    "n_implicit_layer": 1,
    "channel_base": 32768,
    "channel_max": 512,
    "fused_modconv_default": "inference_only",
    "num_fp16_res": 0,
    "conv_clamp": None,
}


@dataclass(frozen=True)
class OfficialField:
    """Feature planes of codes, and the latents left over for the small networks behind the planes."""

    geometry: Tensor
    texture: Tensor
    geometry_latents: Tensor
    texture_latents: Tensor


def import_get3d() -> Any:
    """Import GET3D's networks.

    Raises:
        BundleError: GET3D, or something it needs, is not installed here.

    """
    try:
        return importlib.import_module(MODULE)
    except ImportError as error:
        raise BundleError(
            f"GET3D is not installed here ({error}); install NVIDIA's GET3D with nvdiffrast and Kaolin, put its folder "
            "on PYTHONPATH and start this program from that folder."
        ) from error


class OfficialGenerator(nn.Module):
    """GET3D's synthesis network; its parameters keep the names they have in the official files."""

    def __init__(self, config: Get3dConfig) -> None:
        super().__init__()
        networks = import_get3d()
        whole = networks.GeneratorDMTETMesh(
            z_dim=config.code_half,
            w_dim=config.code_half,
            mapping_kwargs={"num_layers": config.mapping_layers},
            dmtet_scale=config.scale,
            device="cuda" if torch.cuda.is_available() else "cpu",
            **PUBLISHED,
        )
        synthesis = whole.synthesis
        for name, part in synthesis.named_children():
            self.add_module(name, part)
        # Kept out of the module tree, where the parts above stand already under their official names.
        self.__dict__["_official"] = synthesis

    def prepare(self, latents: LatentPair) -> OfficialField:
        """Return the feature planes of latents."""
        generator = self._official.generator
        first = generator.tri_plane_synthesis
        texture, geometry = latents.texture, latents.geometry
        planes = generator.get_feature(texture[:, : first.num_ws_tex], geometry[:, : first.num_ws_geo])
        return OfficialField(*planes, geometry[:, first.num_ws_geo :], texture[:, first.num_ws_tex :])

    def query(self, field: OfficialField, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `get3d.Generator.query`.

        GET3D cuts the gradient of its distances with respect to the points, which the surface's depth needs: it is
        taken by central differences and put back.
        """
        distance = self._distance(field, points)
        if points.requires_grad and torch.is_grad_enabled():
            slope = self._slope(field, points.detach())
            distance = distance + (slope * (points - points.detach())).sum(dim=-1)
        features = self._official.generator.get_texture_prediction(field.texture, points, field.texture_latents)
        count = points.shape[1]
        pixels = features.transpose(1, 2).reshape(len(points), -1, count, 1)
        rgb = self._official.to_rgb(pixels, field.texture_latents[:, -1])
        return distance, (0.5 * rgb[..., 0].transpose(1, 2) + 0.5).clamp(0.0, 1.0)

    def _distance(self, field: OfficialField, points: Tensor) -> Tensor:
        distance, _ = self._official.generator.get_sdf_def_prediction(
            field.geometry, ws_geo=field.geometry_latents, position=points.detach()
        )
        return distance.squeeze(-1)

    @torch.no_grad()
    def _slope(self, field: OfficialField, points: Tensor) -> Tensor:
        steps = STEP * torch.eye(3, dtype=points.dtype, device=points.device)
        pairs = [(self._distance(field, points + step), self._distance(field, points - step)) for step in steps]
        return torch.stack([(ahead - behind) / (2.0 * STEP) for ahead, behind in pairs], dim=-1)
