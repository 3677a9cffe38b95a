"""``info``: what is in the bundle, and what it runs on."""

from __future__ import annotations

import argparse
import json
import platform

from iss_backend import __version__
from iss_backend.cli.options import add_model_options


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("info", help="show the bundle, the device and the versions")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Print the facts, having checked the bundle's files against its manifest."""
    import torch

    from iss_backend.bundle import DEFAULT_BUNDLE, read_manifest, verify_files
    from iss_backend.devices import choose_device

    folder = arguments.bundle or DEFAULT_BUNDLE
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    device = choose_device(arguments.device)
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    facts = {
        "program": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else str(device),
        "bundle": manifest["name"],
        "folder": str(folder),
        "megabytes": round(size / 1e6, 1),
        "svr model": manifest["svr"]["kind"],
        "shapes": len(manifest["shape_names"]),
        **manifest["notes"],
    }
    if arguments.json:
        print(json.dumps(facts, indent=1))
        return
    for name, value in facts.items():
        print(f"{name:20} {value}")
