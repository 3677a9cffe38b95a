"""The rules about who imports what, and what never appears in the code."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "iss_backend": {"bpy", "mathutils", "bmesh", "gpu", "iss_blender_addon", "pickle"},
    "iss_blender_addon": {"torch", "torchvision", "open_clip", "scipy", "mcubes", "safetensors", "PIL", "pickle"},
}
# Blender lists an extension's modules under top-level names as a violation of its policy: there only ``..iss_backend``.
NEVER_ABSOLUTE = {"iss_blender_addon": {"iss_backend", "iss_blender_addon"}, "iss_backend": set()}
ALLOWED = {"pickle.UnpicklingError"}  # an error to catch
FILES = [path for package in FORBIDDEN for path in sorted((ROOT / package).rglob("*.py"))]


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def owner(call):
    return getattr(getattr(call.func, "value", None), "id", "")


def imported(tree, package):
    """Yield (dotted name, is relative) of all that a module of `package` (a tuple) imports, also in functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield from ((f"{module}.{alias.name}".lstrip("."), node.level > 0) for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            yield from ((str(word.value), False) for word in node.args[:1] if isinstance(word, ast.Constant))


def imports_of(path):
    return list(imported(parse(path), path.relative_to(ROOT).parts[:-1]))


def files_behind(name):
    """Return the files of this project that importing the dotted `name` runs."""
    parts = name.split(".")
    places = [ROOT.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    files = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    return [file for file in files if file.is_file()]


def reached(package):
    """Return all files that the files of `package` import, directly or not, with themselves."""
    waiting, seen = sorted((ROOT / package).rglob("*.py")), set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += [file for name, _ in imports_of(path) for file in files_behind(name)]
    return seen


def test_the_packages_are_found():
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(FORBIDDEN)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_never_imports(package):
    wrong = {
        (str(path.relative_to(ROOT)), name)
        for path in reached(package)
        for name, _ in imports_of(path)
        if name.split(".")[0] in FORBIDDEN[package] and name not in ALLOWED
    }
    assert not wrong


@pytest.mark.parametrize("package", FORBIDDEN)
def test_never_imports_absolutely(package):
    wrong = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / package).rglob("*.py")
        for name, is_relative in imports_of(path)
        if not is_relative and name.split(".")[0] in NEVER_ABSOLUTE[package]
    }
    assert not wrong


def test_the_rule_sees_every_form_of_import():
    source = (
        "import bpy.types as t, os\nfrom torch.nn import Linear\ndef f():\n    import mathutils\n"
        "importlib.import_module('gpu')\nfrom ..iss_backend import errors\nfrom .. import iss_backend\n"
        "from . import x\nfrom .y import z\n"
    )
    assert set(imported(ast.parse(source), ("iss_blender_addon",))) == {
        ("bpy.types", False),
        ("os", False),
        ("torch.nn.Linear", False),
        ("mathutils", False),
        ("gpu", False),
        ("iss_backend.errors", True),
        ("iss_backend", True),
        ("iss_blender_addon.x", True),
        ("iss_blender_addon.y.z", True),
    }
    assert ROOT / "iss_backend" / "errors.py" in files_behind("iss_backend.errors.IssError")


def test_nothing_is_unpickled():
    for path in FILES:
        for call in (node for node in ast.walk(parse(path)) if isinstance(node, ast.Call)):
            keywords = {word.arg: getattr(word.value, "value", None) for word in call.keywords}
            assert owner(call) not in ("pickle", "joblib", "dill"), path
            assert keywords.get("allow_pickle") is not True, path
            if (owner(call), called(call)) == ("torch", "load"):
                assert keywords.get("weights_only") is True, path


def test_no_module_is_called_utils():
    names = {part for path in FILES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not {name for name in names if name.strip("_").lower() in ("utils", "util", "helpers", "misc", "common")}
