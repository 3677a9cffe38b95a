"""More improvement and a finer mesh."""

import bpy

settings = bpy.context.scene.iss_generate
settings.variations = 1
settings.steps = 40
settings.detail = 224
settings.views = 12
settings.rate = 1.0
settings.start = "prior"
settings.tau_1 = 1.0
settings.tau_2 = 1.0
