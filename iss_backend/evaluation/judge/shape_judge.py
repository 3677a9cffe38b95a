"""The trained classifier: which class a mesh is of, and what FPD compares."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.clip.view_network import ViewNetwork, ViewNetworkConfig
from iss_backend.errors import BundleError
from iss_backend.evaluation.judge.clouds import STORED_POINTS
from iss_backend.evaluation.metrics.surfaces import sample_surface
from iss_backend.files import write_whole
from iss_backend.meshing import ColouredMesh
from iss_backend.training.cloud_variants import turned
from iss_backend.weights import load_into, read_weights, write_weights

TURNS = 4  # of a quarter, at each of which a shape is judged: none is the front for sure
WEIGHTS_FILE, ABOUT_FILE = "shape.safetensors", "shape.json"


@dataclass(frozen=True)
class ShapeJudge:
    """A frozen network, the classes that it tells apart, and notes on how it was made and what it scores."""

    network: ViewNetwork
    classes: tuple[str, ...]
    notes: dict[str, object]

    @torch.no_grad()
    def probabilities(self, points: Tensor) -> Tensor:
        """Return probabilities [B, classes] of clouds [B, P, 3], the mean of `TURNS` turns, spread over a quarter."""
        angles = torch.arange(TURNS) * torch.pi / 2.0 / TURNS
        answers = [self.network(turned(points, angle.expand(len(points)))).softmax(dim=-1) for angle in angles]
        return torch.stack(answers).mean(dim=0)

    @torch.no_grad()
    def features(self, points: Tensor) -> Tensor:
        """Return features [B, F] of clouds [B, P, 3] as they stand."""
        return self.network.features(points)

    def classify(self, points: Tensor) -> list[str]:
        """Return the most probable class of each cloud [B, P, 3]."""
        return [self.classes[number] for number in self.probabilities(points).argmax(dim=-1).tolist()]

    def points_of(self, mesh: ColouredMesh, rng: np.random.Generator) -> Tensor:
        """Draw the cloud [P, 3] by which a mesh is judged.

        Raises:
            BadInputError: the mesh has no area.
        """
        return torch.from_numpy(sample_surface(mesh, STORED_POINTS, rng))

    def save(self, folder: Path) -> None:
        """Write the weights in half precision, and the rest as JSON.

        Raises:
            OutputError: the disk is full, or a file cannot be written.
        """
        write_weights(folder / WEIGHTS_FILE, self.network.state_dict())
        about = {"config": asdict(self.network.config), "classes": self.classes, "notes": self.notes}
        write_whole(folder / ABOUT_FILE, json.dumps(about, indent=1).encode())

    @staticmethod
    def load(folder: Path) -> ShapeJudge:
        """Read what `save` wrote.

        Raises:
            BundleError: it is missing or damaged.
        """
        path = folder / ABOUT_FILE
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            network = ViewNetwork(ViewNetworkConfig(**about["config"]))
            classes, notes = tuple(about["classes"]), dict(about["notes"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(f"{path} is no judge ({error}); train one with 'train judge'.") from error
        load_into(network, read_weights(folder / WEIGHTS_FILE), folder / WEIGHTS_FILE)
        return ShapeJudge(network.eval().requires_grad_(False), classes, notes)
