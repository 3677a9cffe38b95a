"""Every sentence that a person sees can be translated, and every button that cannot be pressed says why."""

import ast
import json
import re
import string
from pathlib import Path
from types import SimpleNamespace

import pytest
from addon_fixtures import begin, bpy
from test_panels import PANELS, draw

import iss_blender_addon
from iss_blender_addon import language, registration
from iss_blender_addon.learning.session import learning
from iss_blender_addon.runtime import runtime

pytestmark = pytest.mark.blender
ROOT = Path(iss_blender_addon.__file__).parent
# The captures are a command for developers, the pipe's frames speak to the log, the others name files and data.
SPEAKS_TO_NOBODY = ("view_capture/", "worker/framing.py", "worker/process.py", "build_extension.py", "history.py",
                    "panels/presets.py", "baking/bake.py")  # fmt: skip
NAMES_OF_DATA = {"{}, varied", "{}, editable", "{} to {}", "{} shape", "*/{}"}
WORD = re.compile(r"[A-Za-z]{2,}")


def sources():
    for path in sorted(ROOT.rglob("*.py")):
        if not path.relative_to(ROOT).as_posix().startswith(SPEAKS_TO_NOBODY):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def sentences():
    """Yield the calls of `tr` with their file."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr" and path.name != "language.py":
                yield path, node


def template_of(text):
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in text.values)


def test_no_sentence_is_put_together_where_a_translation_cannot_reach_it():
    found = set()
    for path, tree in sources():
        specs = {id(node.format_spec) for node in ast.walk(tree) if isinstance(node, ast.FormattedValue)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and id(node) not in specs:
                found |= {(path.name, template_of(node))} if WORD.search(template_of(node)) else set()
    assert {text for _, text in found} <= NAMES_OF_DATA, found


def test_every_sentence_gets_the_values_that_it_names():
    calls = list(sentences())
    assert len(calls) > 60
    for path, call in calls:
        given = {word.arg for word in call.keywords}
        if given and isinstance(call.args[0], ast.Constant):
            named = {name for _, name, _, _ in string.Formatter().parse(call.args[0].value) if name}
            assert named == given, (path.name, call.args[0].value)


def test_a_translation_reaches_blender_and_the_panels(client, monkeypatch, tmp_path):
    (tmp_path / "de_DE.json").write_text(json.dumps({"{waiting} more waiting": "{waiting} weitere"}))
    found = language.translations(tmp_path)
    assert found["de_DE"]["*", "{waiting} more waiting"] == "{waiting} weitere"
    monkeypatch.setitem(language._blender, "look up", lambda words: f"<{words}>")
    assert language.tr("{waiting} more waiting", waiting=3) == "<3 more waiting>"
    assert language.tr("a person's {own} words") == "<a person's {own} words>"
    client.answer = lambda number, job: []
    begin(variations=2)
    seen = [str(item[-1]) for panel in PANELS for item in draw(panel)]
    assert "<1 more waiting>" in seen
    monkeypatch.undo()
    assert language.tr("Stopping") == "Stopping"


OPERATORS = [cls for cls in registration.CLASSES if issubclass(cls, bpy.types.Operator)]
STATES = ("nothing is there", "a job runs", "everything runs")


def enter(state):
    runtime().problem = "The backend is not installed yet" if state == "nothing is there" else ""
    if state != "nothing is there":
        begin()
    if state == "everything runs":
        bpy.ops.mesh.primitive_cube_add()
        runtime().batch = SimpleNamespace(is_over=False, is_moving=False, step=lambda state: False, cancel=lambda: None)
        runtime().installer = SimpleNamespace(poll=lambda: False, is_over=False, kill=lambda: None)
        learning().job = runtime().queue.running[0]


def refusal_of(operator):
    """Return what an operator's poll says against it now; None where it lets it through."""
    told = []
    stand_in = SimpleNamespace(poll_message_set=told.append, problem=getattr(operator, "problem", None))
    if operator.poll.__func__(stand_in, bpy.context):
        return None
    return told[-1] if told else ""


def test_a_button_that_cannot_be_pressed_says_why(silent):
    refused = set()
    conditional = [cls for cls in OPERATORS if hasattr(getattr(cls, "poll", None), "__func__")]
    for state in STATES:
        enter(state)
        said = {cls.bl_idname: text for cls in conditional if (text := refusal_of(cls)) is not None}
        assert not [text for text in said.values() if len(text.split()) < 3 or not re.match("[A-Z“]", text)]
        refused |= set(said)
    assert refused == {cls.bl_idname for cls in conditional}
    learning().job = None


def test_tooltips_that_depend_on_the_button_are_translated(monkeypatch):
    monkeypatch.setitem(language._blender, "look up", lambda words: f"<{words}>")
    properties = SimpleNamespace(action="ADD", job="")
    told = [cls.description(bpy.context, properties) for cls in OPERATORS if "description" in vars(cls)]
    assert len(told) == 2
    assert all(text.startswith("<") for text in told)


@pytest.mark.parametrize("cls", OPERATORS, ids=lambda cls: cls.__name__)
def test_tooltips_are_sentences_without_their_period(cls):
    text = getattr(cls, "bl_description", "") or cls.__doc__
    assert len(text.split()) > 2
    assert text[0].isupper()
    if not getattr(cls, "bl_description", ""):
        assert not text.endswith(".")
