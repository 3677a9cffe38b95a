"""All that Blender is told about the add-on, in order; taken back in reverse order."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from . import handlers, history, keymap, language, runtime, settings, status_bar, thumbnails
from .batch import settings as batch_settings
from .changes import settings as change_settings
from .learning import session as learning_session
from .learning import settings as learn_settings
from .operators import (
    batch,
    batch_rows,
    blend,
    cancel,
    edit,
    finish,
    from_image,
    install_backend,
    learn,
    make_editable,
    mesh_again,
    place_shapes,
    show_preferences,
    stylise,
    test_backend,
    text_to_shape,
    vary,
)
from .operators import history as history_operators
from .panels import batch as batch_panel
from .panels import change as change_panels
from .panels import finish as finish_panel
from .panels import generate, presets
from .panels import history as history_panel
from .panels import image as image_panel
from .panels import learn as learn_panel
from .preferences import ISS_Preferences
from .shapes import record

CLASSES = (
    settings.ISS_GenerateSettings,
    batch_settings.ISS_BatchRow,
    batch_settings.ISS_BatchSettings,
    *change_settings.GROUPS.values(),
    learn_settings.ISS_LearnSettings,
    record.ISS_ShapeRecord,
    ISS_Preferences,
    text_to_shape.ISS_OT_text_to_shape,
    place_shapes.ISS_OT_place_shapes,
    cancel.ISS_OT_cancel,
    cancel.ISS_OT_release,
    install_backend.ISS_OT_install_backend,
    install_backend.ISS_OT_cancel_install,
    install_backend.ISS_OT_measure_disk,
    test_backend.ISS_OT_test_backend,
    show_preferences.ISS_OT_show_preferences,
    history_operators.ISS_OT_use_history,
    history_operators.ISS_OT_use_object,
    history_operators.ISS_OT_clear_history,
    batch.ISS_OT_batch,
    batch.ISS_OT_batch_pause,
    batch.ISS_OT_batch_cancel,
    batch_rows.ISS_OT_batch_rows,
    batch_rows.ISS_OT_batch_load,
    stylise.ISS_OT_stylise,
    vary.ISS_OT_vary,
    edit.ISS_OT_edit,
    blend.ISS_OT_blend,
    make_editable.ISS_OT_make_editable,
    from_image.ISS_OT_from_image,
    mesh_again.ISS_OT_mesh_again,
    finish.ISS_OT_mark_asset,
    finish.ISS_OT_bake_colours,
    learn.ISS_OT_learn,
    learn.ISS_OT_learn_resume,
    learn.ISS_OT_learn_forget,
    learn.ISS_OT_learn_cancel,
    learn.ISS_OT_use_bundle,
    batch_panel.ISS_UL_batch,
    presets.ISS_OT_add_preset,
    presets.ISS_PT_presets,
    generate.ISS_PT_generate,
    generate.ISS_PT_generate_advanced,
    batch_panel.ISS_PT_batch,
    change_panels.ISS_PT_stylise,
    change_panels.ISS_PT_vary,
    change_panels.ISS_PT_edit,
    change_panels.ISS_PT_blend,
    image_panel.ISS_PT_image,
    finish_panel.ISS_PT_finish,
    learn_panel.ISS_PT_learn,
    history_panel.ISS_PT_history,
)


def _add_menu() -> None:
    bpy.types.VIEW3D_MT_mesh_add.append(text_to_shape.draw_add_menu)


def _remove_menu() -> None:
    bpy.types.VIEW3D_MT_mesh_add.remove(text_to_shape.draw_add_menu)


# (what to do, what takes it back), after the classes are known
PARTS: tuple[tuple[Callable[[], object], Callable[[], object]], ...] = (
    (language.register_language, language.unregister_language),
    (settings.register_settings, settings.unregister_settings),
    (batch_settings.register_batch, batch_settings.unregister_batch),
    (change_settings.register_changes, change_settings.unregister_changes),
    (learn_settings.register_learn_settings, learn_settings.unregister_learn_settings),
    (record.register_record, record.unregister_record),
    (presets.register_presets, presets.unregister_presets),
    (_add_menu, _remove_menu),
    (keymap.register_keys, keymap.unregister_keys),
    (status_bar.register_status_bar, status_bar.unregister_status_bar),
    (handlers.register_handlers, handlers.unregister_handlers),
    (runtime.refresh_problem, runtime.shut_down),
    (history.entries, history.entries.cache_clear),
    (thumbnails.icons, thumbnails.forget_icons),
    (learning_session.register_learning, learning_session.unregister_learning),
)


def register() -> None:
    """Register everything; where something fails, what was done before is taken back."""
    done: list[Callable[[], object]] = []
    try:
        for cls in CLASSES:
            bpy.utils.register_class(cls)
            done.append(lambda cls=cls: bpy.utils.unregister_class(cls))
        for do, undo in PARTS:
            do()
            done.append(undo)
    except BaseException:
        for undo in reversed(done):
            undo()
        raise


def unregister() -> None:
    """Take everything back."""
    for _, undo in reversed(PARTS):
        undo()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
