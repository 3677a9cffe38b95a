"""Build the Blender extension: ``python -m iss_blender_addon.build_extension [-o dist]``.

Needs nothing but the standard library. The zip holds both packages, install_deps.py, its requirements and the shipped
bundle; two lines of `__init__.py` hand Blender over to `iss_blender_addon`.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SINGLE_FILES = ("blender_manifest.toml", "install_deps.py", "LICENSE")
FOLDERS = ("iss_blender_addon", "iss_backend", "requirements")
SUFFIXES = {".py", ".txt", ".json", ".safetensors", ".gz"}
ENTRY = '"""Text to Shape, a Blender extension."""\n\nfrom .iss_blender_addon import register, unregister\n\n' \
    '__all__ = ["register", "unregister"]\n'  # fmt: skip
LONG_AGO = (2020, 1, 1, 0, 0, 0)  # the same content gives the same zip


def contents(root: Path = ROOT) -> Iterator[tuple[str, bytes]]:
    """Yield the name in the zip and the bytes of every file of the extension, sorted."""
    yield "__init__.py", ENTRY.encode()
    for name in SINGLE_FILES:
        yield name, (root / name).read_bytes()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_bytes()


def zip_name(root: Path = ROOT) -> str:
    """Return the file name that the manifest's id and version ask for."""
    manifest = (root / "blender_manifest.toml").read_text(encoding="utf-8")
    id_, version = (re.search(rf'^{key} = "(.+)"', manifest, re.MULTILINE)[1] for key in ("id", "version"))
    return f"{id_}-{version}.zip"


def build(folder: Path, root: Path = ROOT) -> Path:
    """Write the zip into a folder, made where it is missing; returns its path.

    Raises:
        OSError: a file cannot be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / zip_name(root)
    draft = target.with_suffix(".draft")
    with zipfile.ZipFile(draft, "w") as archive:
        for name, data in contents(root):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            # weights do not shrink
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".safetensors") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    draft.replace(target)
    return target


def main(arguments: list[str]) -> int:
    """Build it and say where it lies; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", help="folder of the zip (default: dist)")
    try:
        target = build(parser.parse_args(arguments).output)
    except OSError as error:
        print(f"build_extension: {error}", file=sys.stderr)
        return 2
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
