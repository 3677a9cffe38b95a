"""Learn from Scene: the operators behind the panel, also for scripts."""

from collections.abc import Iterable

import bpy
from bpy.props import IntProperty, StringProperty

from ..language import tr
from ..learning.session import ensure_learning_timer, learning
from ..learning.settings import EFFORT_OF, LearnChoices
from ..learning.stored import assets_in, library_folder
from ..learning.subjects import Learnable, subjects_of
from ..preferences import DefaultPreferences, preferences
from ..runtime import runtime

NOTHING = {
    "SELECTED": "Select visible objects with faces first",
    "COLLECTION": "Choose a collection with visible objects first",
    "ASSETS": "Nothing visible in this file is marked as an asset",
    "LIBRARY": "Choose an asset library first; Preferences > File Paths > Asset Libraries adds one",
}


def refusal() -> str:
    """Return why nothing can be learnt now, in one sentence; "" where it can."""
    if runtime().refusal:
        return runtime().refusal
    return "It is learning already; wait or cancel first" if learning().is_busy else ""


class ISS_OT_learn(LearnChoices, bpy.types.Operator):
    """Look at the chosen objects from all sides and teach them to the model, as a new bundle of your own"""

    bl_idname = "iss.learn"
    bl_label = "Learn from Scene"
    bl_options = {"REGISTER"}

    collection: StringProperty(name="Collection", description="Name of the collection whose objects are learnt")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is a backend and nothing is being learnt."""
        why = refusal()
        if why:
            cls.poll_message_set(why)
        return not why

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Begin to capture; scripts and background mode wait for the bundle."""
        settings, said = context.scene.iss_learn, self.properties.is_property_set
        names = ("name", "source", "effort", "library")
        chosen = {name: getattr(self if said(name) else settings, name) for name in names}
        subjects = self._subjects(context, chosen["source"], chosen["library"])
        if not subjects or not chosen["name"].strip():
            why = NOTHING[chosen["source"]] if not subjects else "Give the new bundle a name first"
            self.report({"ERROR"}, why)
            return {"CANCELLED"}
        try:
            learning().begin(chosen["name"].strip(), subjects, EFFORT_OF[chosen["effort"]])
        except OSError as error:
            self.report({"ERROR"}, tr("The captures cannot be written: {error}", error=error))
            return {"CANCELLED"}
        return started(self)

    def _subjects(self, context: bpy.types.Context, source: str, library: str) -> Iterable[Learnable | None] | None:
        """Return what will be learnt; of a library as it is found."""
        if source == "LIBRARY":
            folder = library_folder(library)
            return None if folder is None else assets_in(folder)
        said = self.properties.is_property_set("collection")
        collection = bpy.data.collections.get(self.collection) if said else context.scene.iss_learn.collection
        return subjects_of(context, source, collection)


class ISS_OT_learn_resume(bpy.types.Operator):
    """Go on with what was captured, from where the learning was stopped"""

    bl_idname = "iss.learn_resume"
    bl_label = "Resume"
    bl_options = {"INTERNAL"}

    index: IntProperty(name="Number", description="Which of the unfinished ones", min=0, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether there is anything to go on with."""
        why = refusal() or ("" if learning().shelf.unfinished else "Nothing was stopped half-way")
        if why:
            cls.poll_message_set(why)
        return not why

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Submit the job again; the worker finds its own unfinished work."""
        unfinished = learning().shelf.unfinished
        if self.index >= len(unfinished):
            return {"CANCELLED"}
        learning().resume(unfinished[self.index])
        return started(self)


class ISS_OT_learn_forget(bpy.types.Operator):
    """Remove the captures and the unfinished work"""

    bl_idname = "iss.learn_forget"
    bl_label = "Discard"
    bl_options = {"INTERNAL"}

    index: IntProperty(name="Number", description="Which of the unfinished ones", min=0, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether nothing is being learnt."""
        if learning().is_busy:
            cls.poll_message_set("It is learning; cancel first")
        elif not learning().shelf.unfinished:
            cls.poll_message_set("Nothing was stopped half-way")
        return not learning().is_busy and bool(learning().shelf.unfinished)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        unfinished = learning().shelf.unfinished
        if self.index >= len(unfinished):
            return {"CANCELLED"}
        learning().shelf.forget(unfinished[self.index])
        return {"FINISHED"}


class ISS_OT_learn_cancel(bpy.types.Operator):
    """Stop learning; what was trained so far is kept, and Resume goes on from there"""

    bl_idname = "iss.learn_cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether anything is being learnt."""
        if not learning().is_busy:
            cls.poll_message_set("Nothing is being learnt")
        return learning().is_busy

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Stop."""
        learning().cancel()
        return {"FINISHED"}


class ISS_OT_use_bundle(bpy.types.Operator):
    """Generate with this bundle from now on; the preferences remember it"""

    bl_idname = "iss.use_bundle"
    bl_label = "Use Bundle"
    bl_options = {"INTERNAL"}

    folder: StringProperty(name="Folder", description="Folder of the bundle; empty for the one that is shipped")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Tell whether the preferences can be changed and no job runs."""
        if isinstance(preferences(), DefaultPreferences):
            cls.poll_message_set("Enable the add-on in Blender's preferences first")
            return False
        if runtime().queue.is_busy:
            cls.poll_message_set("A job is running; wait or cancel first")
        return not runtime().queue.is_busy

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the preference; the worker is started anew with it, where it is another one."""
        if preferences().bundle != self.folder:
            preferences().bundle = self.folder
            context.preferences.is_dirty = True  # else Blender saves what people set alone, not what operators do
        return {"FINISHED"}


def started(operator: bpy.types.Operator) -> set[str]:
    """Let the timer go on, or, for scripts and in background mode, wait and tell how it ended."""
    if not bpy.app.background and operator.options.is_invoke:
        ensure_learning_timer()
        return {"FINISHED"}
    state = learning()
    state.run_to_end()
    operator.report({"ERROR"} if state.is_alert else {"INFO"}, state.message)
    return {"CANCELLED"} if state.is_alert else {"FINISHED"}
