"""Changes the batch's list of prompts."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..batch.rows import BatchFileError, Row, read_rows, rows_of
from ..batch.settings import add_row
from ..language import tr

ACTIONS = (
    ("ADD", "Add", "Add a prompt, taken from the Generate panel"),
    ("REMOVE", "Remove", "Remove the chosen prompt"),
    ("UP", "Up", "Move the chosen prompt up"),
    ("DOWN", "Down", "Move the chosen prompt down"),
    ("CLEAR", "Clear", "Remove all prompts"),
)
MOST_TOLD = 3


class ISS_OT_batch_rows(bpy.types.Operator):
    """Change the list of prompts"""

    bl_idname = "iss.batch_rows"
    bl_label = "Change Prompts"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    action: EnumProperty(items=ACTIONS)

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """Return what the button does."""
        return tr(next(text for action, _, text in ACTIONS if action == properties.action))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it."""
        settings = context.scene.iss_batch
        rows, active = settings.rows, settings.active
        if self.action == "ADD":
            add_row(settings, Row(context.scene.iss_generate.prompt))
        elif self.action == "CLEAR":
            rows.clear()
        elif not 0 <= active < len(rows):
            return {"CANCELLED"}
        elif self.action == "REMOVE":
            rows.remove(active)
            settings.active = max(min(active, len(rows) - 1), 0)
        else:
            wanted = active + (1 if self.action == "DOWN" else -1)
            if 0 <= wanted < len(rows):
                rows.move(active, wanted)
                settings.active = wanted
        return {"FINISHED"}


class ISS_OT_batch_load(bpy.types.Operator):
    """Add prompts from a file: TXT with one a line, or CSV with the columns prompt, seed, variations"""

    bl_idname = "iss.batch_load"
    bl_label = "Load Prompts"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.txt;*.csv", options={"HIDDEN"})
    text: StringProperty(name="Text", description="Name of a text of this file, in place of a file on disk")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the file where there is no text."""
        if self.text:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add the rows that can be used, and tell of the others."""
        try:
            rows = self._read()
        except BatchFileError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        good, problems = [row for row in rows if not row.problem], [row.problem for row in rows if row.problem]
        for row in good:
            add_row(context.scene.iss_batch, row)
        self.report({"INFO"}, tr("{count} prompts added", count=len(good)))
        for problem in problems[:MOST_TOLD]:  # after it, for Blender shows the last report
            self.report({"WARNING"}, problem)
        if len(problems) > MOST_TOLD:
            self.report({"WARNING"}, tr("{number} more lines cannot be used", number=len(problems) - MOST_TOLD))
        return {"FINISHED"}

    def _read(self) -> list[Row]:
        if not self.text:
            return read_rows(Path(bpy.path.abspath(self.filepath)))
        found = bpy.data.texts.get(self.text)
        if found is None:
            raise BatchFileError(tr("There is no text “{text}” in this file.", text=self.text))
        return rows_of(found.as_string(), found.name)
