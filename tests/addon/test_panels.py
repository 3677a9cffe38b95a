"""Panels, drawn onto a layout that only remembers, in every state they can be in."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from addon_fixtures import begin, bpy, step

from iss_blender_addon import registration
from iss_blender_addon.panels.base import ORDER, TAB, lines_of
from iss_blender_addon.panels.history import age_text
from iss_blender_addon.runtime import runtime
from iss_blender_addon.settings import choices_of

pytestmark = pytest.mark.blender
PANELS = [cls for cls in registration.CLASSES if issubclass(cls, bpy.types.Panel) and hasattr(cls, "bl_category")]


LAYOUT = bpy.types.UILayout.bl_rna.functions


def known(function, given):
    """Assert that this Blender's UILayout takes what is given, and has the icon."""
    parameters = LAYOUT[function].parameters
    assert set(given) <= set(parameters.keys())
    assert given.get("icon", "NONE") in (parameters["icon"].enum_items.keys() if "icon" in parameters else ("NONE",))


class RecordingLayout:
    """Stands in for UILayout: remembers what is drawn, in order, with the layouts inside it."""

    def __init__(self, seen=None):
        self.seen = [] if seen is None else seen
        self.enabled = True

    def _inside(self, *args, **kwargs):
        return RecordingLayout(self.seen)

    row = column = box = split = _inside

    def label(self, text="", **given):
        known("label", given)
        self.seen.append(("label", text))

    def prop(self, data, name, **given):
        known("prop", given)
        assert name in data.bl_rna.properties
        self.seen.append(("prop", name))

    def operator(self, idname, text=None, **given):
        known("operator", given)
        group, name = idname.split(".")
        assert hasattr(bpy.types, f"{group.upper()}_OT_{name}")
        self.seen.append(("operator", idname))
        self.seen.append(("chosen", idname, SimpleNamespace()))
        return self.seen[-1][-1]

    def progress(self, factor=0.0, text="", **given):
        known("progress", given)
        self.seen.append(("progress", factor, text))

    def template_list(self, kind, name, data, items, active_data, active, **given):
        known("template_list", given)
        assert hasattr(bpy.types, kind)
        assert {items, active} <= set(data.bl_rna.properties.keys())
        self.seen.append(("list", items))

    def template_ID(self, data, name, **given):
        known("template_ID", given)
        assert name in data.bl_rna.properties
        self.seen.append(("prop", name))

    def prop_search(self, data, name, found_in, found, **given):
        known("prop_search", given)
        assert name in data.bl_rna.properties
        assert found in found_in.bl_rna.properties
        self.seen.append(("prop", name))

    def template_icon(self, icon_value, **given):
        known("template_icon", given)
        assert icon_value > 0
        self.seen.append(("icon", icon_value))

    def separator(self, **_):
        pass


def draw(cls):
    layout = RecordingLayout()
    chosen = {"object": bpy.context.object, "selected_objects": bpy.context.selected_objects}
    context = SimpleNamespace(scene=bpy.context.scene, region=SimpleNamespace(width=300), **chosen)
    cls.draw(SimpleNamespace(layout=layout), context)
    return layout.seen


def texts(seen):
    return " ".join(str(item[-1]) for item in seen)


def generate_panel():
    return next(cls for cls in PANELS if cls.bl_label == "Generate")


@pytest.mark.parametrize("cls", PANELS, ids=lambda cls: cls.__name__)
def test_every_panel_draws_and_stands_in_the_tab(client, cls):
    assert draw(cls)
    assert cls.bl_category == TAB


def test_the_order_is_generate_first_history_last():
    assert list(ORDER) == sorted(ORDER, key=ORDER.get)
    assert (next(iter(ORDER)), list(ORDER)[-1]) == ("generate", "history")


def test_an_empty_prompt_is_explained(client):
    assert "First write what to make" in texts(draw(generate_panel()))
    bpy.context.scene.iss_generate.prompt = "a box"
    assert "First write what to make" not in texts(draw(generate_panel()))


def test_a_missing_backend_comes_with_the_button_that_mends_it(client):
    runtime().problem, runtime().needs_installation = "The backend is not installed yet", True
    seen = draw(generate_panel())
    assert "not installed" in texts(seen)
    assert ("operator", "iss.install_backend") in seen
    assert ("operator", "iss.show_preferences") in seen


def test_what_no_installation_mends_comes_with_the_preferences_alone(client):
    runtime().problem = "There is no Python at /gone"
    seen = draw(generate_panel())
    assert ("operator", "iss.install_backend") not in seen
    assert ("operator", "iss.show_preferences") in seen


def test_a_repair_shows_how_far_it_is(client, monkeypatch):
    installer = SimpleNamespace(step=(1, 4, "torch"), kill=lambda: None)
    monkeypatch.setattr(runtime(), "installer", installer)
    seen = draw(generate_panel())
    assert ("progress", 0.25, "torch") in seen
    assert ("operator", "iss.cancel_install") in seen


def test_progress_and_cancel_show_while_a_job_runs(silent):
    begin(variations=2)
    silent.tell("progress", phase="stage 2", step=5, total=20, eta_s=9)
    step()
    seen = draw(generate_panel())
    assert ("progress", 0.25, "Improving 5/20, 9 s left") in seen
    assert ("operator", "iss.cancel") in seen
    assert "1 more waiting" in texts(seen)


def test_the_last_news_is_shown(client):
    bpy.ops.iss.text_to_shape(prompt="a box")
    assert "8 vertices" in texts(draw(generate_panel()))


def test_the_preferences_page_draws(client):
    from iss_blender_addon.panels.preferences_page import draw_page
    from iss_blender_addon.preferences import ISS_Preferences

    chosen = SimpleNamespace(backend="PYTHON", bl_rna=ISS_Preferences.bl_rna)
    layout = RecordingLayout()
    draw_page(layout, chosen)
    assert ("operator", "iss.test_backend") in layout.seen
    client.tell("hello", None, device="a fast card", bundle="tiny", versions={"torch": "2.13"}, loaded=True)
    runtime().queue.warm_up()
    step()
    layout = RecordingLayout()
    draw_page(layout, chosen)
    assert "a fast card" in texts(layout.seen)
    assert "2.13" in texts(layout.seen)


def test_installing_needs_permission_for_the_network(client):
    assert not bpy.app.online_access
    with pytest.raises(RuntimeError, match="Allow Online Access"):
        bpy.ops.iss.install_backend()


def test_lines_are_cut_at_words():
    assert lines_of("The backend is not installed yet", 12) == ["The backend", "is not", "installed", "yet"]
    assert lines_of("unbreakable", 4) == ["unbreakable"]


@pytest.mark.parametrize(("seconds", "text"), [(5, "now"), (61, "1 min"), (7300, "2 h"), (200000, "2 d")])
def test_ages_are_short(seconds, text):
    assert age_text(seconds) == text


def test_the_history_shows_thumbnails_where_there_are_any(client, monkeypatch):
    bpy.ops.iss.text_to_shape(prompt="a box", seed=3)
    monkeypatch.setattr("iss_blender_addon.panels.history.icon_of", lambda picture: 7 if picture else 0)
    seen = draw(next(cls for cls in PANELS if cls.bl_label == "History"))
    assert ("icon", 7) in seen
    assert "a box" in texts(seen)
    assert "seed 3" in texts(seen)


def test_the_shipped_presets_are_found_and_set_the_panel(client):
    (folder,) = [path for path in bpy.utils.preset_paths("iss_text_to_shape") if "iss_blender_addon" in path]
    presets = sorted(Path(folder).glob("*.py"))
    assert {path.stem for path in presets} >= {"Balanced", "First_Guess", "Many_Ideas"}
    for path in presets:
        bpy.ops.script.execute_preset(filepath=str(path), menu_idname="ISS_PT_presets")
    assert bpy.context.scene.iss_generate.variations == 6


def test_balanced_is_what_a_new_file_has(client):
    settings = bpy.context.scene.iss_generate
    before = choices_of(settings)
    folder = next(path for path in bpy.utils.preset_paths("iss_text_to_shape") if "iss_blender_addon" in path)
    bpy.ops.script.execute_preset(filepath=str(Path(folder) / "Many_Ideas.py"), menu_idname="ISS_PT_presets")
    assert choices_of(settings) != before
    bpy.ops.script.execute_preset(filepath=str(Path(folder) / "Balanced.py"), menu_idname="ISS_PT_presets")
    assert choices_of(settings) == before


def test_own_presets_are_kept(client):
    bpy.context.scene.iss_generate.steps = 33
    bpy.ops.iss.add_preset(name="Mine")
    bpy.context.scene.iss_generate.steps = 1
    path = next(Path(os.environ["BLENDER_USER_RESOURCES"]).rglob("Mine.py"))
    bpy.ops.script.execute_preset(filepath=str(path), menu_idname="ISS_PT_presets")
    assert bpy.context.scene.iss_generate.steps == 33
