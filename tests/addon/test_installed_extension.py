"""The zip in a Blender with empty folders: real worker, every step of the way, and nothing written elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from addon_fixtures import BACKEND_PYTHON

from iss_blender_addon.build_extension import build, contents

pytestmark = [pytest.mark.bundle, pytest.mark.blender]
OWN = Path("extensions/.user/user_default/iss_text_to_shape")
CODE = Path("extensions/user_default/iss_text_to_shape")


def files_in(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_the_whole_way_writes_only_into_the_extensions_own_folder(tmp_path):
    home, blender, temporary, results = (tmp_path / name for name in ("home", "blender", "tmp", "results"))
    for folder in (home, blender, temporary, results):
        folder.mkdir()
    environment = {"HOME": home, "BLENDER_USER_RESOURCES": blender, "TMPDIR": temporary, "PATH": os.defpath}
    environment |= {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2")}  # more only fight on a busy machine
    script = Path(__file__).with_name("whole_way.py")
    command = [sys.executable, "-P", str(script), str(build(tmp_path)), str(BACKEND_PYTHON), str(results)]
    said = subprocess.run(
        command, env={k: str(v) for k, v in environment.items()}, capture_output=True, text=True, timeout=560
    )
    assert "all is well" in said.stdout, said.stdout + said.stderr
    assert not files_in(home)
    assert not files_in(temporary)
    written = files_in(blender)
    assert OWN / "history.json" in written
    assert not [path for path in written if CODE / "iss_backend" in path.parents and path.suffix == ".pyc"]
    shipped = {CODE / name for name, _ in contents()}
    elsewhere = [path for path in written - shipped if OWN not in path.parents and path.suffix != ".pyc"]
    assert all(path.parts[0] in ("config", "extensions") and CODE not in path.parents for path in elsewhere), elsewhere
