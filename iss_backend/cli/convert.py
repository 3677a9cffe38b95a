"""``convert dvr|imnet|ss3d|get3d``: official checkpoints of the published models into a run folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

HELP = {
    "dvr": "ours_combined, ours_single, ours_rgb or ours_depth of DVR, or model.pt of ISS",
    "imnet": "IM_SVR.model-*.pth of IM-Net; it gets a grey colour head that stage 1 trains",
    "ss3d": "distilled_model.torch of SS3D",
    "get3d": "shapenet_*.pt of GET3D; to use it, GET3D itself has to be installed",
}


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command and one task per model to the parser."""
    parser = commands.add_parser("convert", help="convert official weights of a published SVR model")
    models = parser.add_subparsers(dest="model", required=True, metavar="MODEL")
    tasks = {kind: models.add_parser(kind, help=text) for kind, text in HELP.items()}
    for task in tasks.values():
        task.add_argument("checkpoint", type=Path, help="the .pt, .pth or .torch file; no code in it is run")
        task.add_argument("-o", "--output", type=Path, required=True, help="run folder, as of 'train svr'")
        task.set_defaults(run=run)
    tasks["dvr"].add_argument("--leaky", action="store_true", help="it was trained with DVR's option 'leaky'")
    tasks["get3d"].add_argument("--scale", type=float, default=1.0, help="dmtet_scale: 0.8 for chairs and tables")


def run(arguments: argparse.Namespace) -> None:
    """Convert, and say the sizes that were found."""
    config, weights = _convert(arguments)
    numbers = sum(value.numel() for value in weights.values())
    print(f"{numbers / 1e6:.1f} million numbers of {arguments.model} converted to {arguments.output} ({config})")
    if arguments.model == "imnet":
        print("IM-Net has no colour: its shapes are light grey until 'train stage1' has trained the colour head.")


def _convert(arguments: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    """Return what the model's converter returns: the configuration and the weights."""
    path, output = arguments.checkpoint, arguments.output
    if arguments.model == "dvr":
        from iss_backend.svr.convert_dvr import convert_dvr_checkpoint

        return convert_dvr_checkpoint(path, output, arguments.leaky)
    if arguments.model == "imnet":
        from iss_backend.svr.convert_imnet import convert_imnet_checkpoint

        return convert_imnet_checkpoint(path, output)
    if arguments.model == "ss3d":
        from iss_backend.svr.convert_ss3d import convert_ss3d_checkpoint

        return convert_ss3d_checkpoint(path, output)
    from iss_backend.svr.convert_get3d import convert_get3d_checkpoint

    return convert_get3d_checkpoint(path, output, arguments.scale)
