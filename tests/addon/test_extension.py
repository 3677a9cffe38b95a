"""The built zip: accepted by Blender's own tool, installed, enabled and disabled again and again in a real Blender."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from iss_blender_addon.build_extension import build

pytestmark = pytest.mark.blender
ROOT = Path(__file__).parents[2]
IN_BLENDER = """
import sys, time, bpy
zip_file = sys.argv[1]
handlers = lambda: [len(getattr(bpy.app.handlers, n)) for n in ("load_pre", "load_post", "undo_post", "redo_post")]
before = handlers()
bpy.ops.extensions.package_install_files(filepath=zip_file, repo="user_default", enable_on_install=True)
module = "bl_ext.user_default.iss_text_to_shape"
assert bpy.context.preferences.addons[module].preferences.device == "AUTO"
assert "iss_backend" not in sys.modules and "torch" not in sys.modules
assert module + ".iss_blender_addon.worker.client" not in sys.modules
assert not bpy.ops.iss.text_to_shape.poll()
for _ in range(50):
    bpy.ops.preferences.addon_disable(module=module)
    assert not hasattr(bpy.types.Scene, "iss_generate")
    assert handlers() == before
    bpy.ops.preferences.addon_enable(module=module)
import importlib
folders = importlib.import_module(module + ".iss_blender_addon.folders")
assert "/.user/" in str(folders.user_folder().as_posix())
bpy.ops.preferences.addon_disable(module=module)
repo = next(i for i, r in enumerate(bpy.context.preferences.extensions.repos) if r.module == "user_default")
bpy.ops.extensions.package_uninstall(repo_index=repo, pkg_id="iss_text_to_shape")
print("all is well")
"""
IMPORT = """
import sys, time, bpy, bpy.app.handlers, bpy.props
began = time.perf_counter()
import iss_blender_addon
iss_blender_addon.register()
print("seconds", time.perf_counter() - began)
heavy = {"torch", "iss_backend", "scipy"} & set(sys.modules)
assert not heavy, heavy
iss_blender_addon.unregister()
"""


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory):
    return build(tmp_path_factory.mktemp("extension"))


def python(source, *arguments, resources):
    environment = {"BLENDER_USER_RESOURCES": str(resources), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-P", "-c", source, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def extension_tool():
    bpy = pytest.importorskip("bpy")
    return next(Path(bpy.utils.resource_path("LOCAL")).rglob("bl_pkg/cli/blender_ext.py"))


def test_the_zip_holds_both_packages_and_what_installs_the_backend(zip_file):
    names = set(zipfile.ZipFile(zip_file).namelist())
    wanted = {"__init__.py", "blender_manifest.toml", "install_deps.py", "requirements/base.txt", "LICENSE"}
    wanted |= {"iss_blender_addon/__init__.py", "iss_backend/pipeline.py", "iss_backend/worker/__main__.py"}
    assert wanted | {"iss_backend/bundles/default/manifest.json"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_blenders_own_tool_accepts_the_zip(zip_file):
    command = [sys.executable, str(extension_tool()), "validate", str(zip_file)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stdout + said.stderr


def test_blenders_own_tool_builds_the_same_content(zip_file, tmp_path):
    folder, other = tmp_path / "unpacked", tmp_path / "other.zip"
    archive = zipfile.ZipFile(zip_file)
    light = {name for name in archive.namelist() if not name.endswith(".safetensors")}  # weights take long to pack
    archive.extractall(folder, light)
    build_it = ["build", "--source-dir", str(folder), "--output-filepath", str(other)]
    command = [sys.executable, str(extension_tool()), *build_it]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stdout + said.stderr
    assert set(zipfile.ZipFile(other).namelist()) == light


def test_it_installs_enables_and_disables_fifty_times(zip_file, tmp_path):
    said = python(IN_BLENDER, str(zip_file), resources=tmp_path)
    assert "all is well" in said.stdout, said.stdout + said.stderr


def test_registering_imports_nothing_heavy(tmp_path):
    said = python(IMPORT, resources=tmp_path)
    assert said.returncode == 0, said.stderr
    assert float(said.stdout.split("seconds")[1].split()[0]) < 1.0  # 0.03 s here; a busy machine may take longer
