"""A shape at once, without improving it."""

import bpy

settings = bpy.context.scene.iss_generate
settings.variations = 1
settings.steps = 0
settings.detail = 96
settings.views = 8
settings.rate = 1.0
settings.start = "prior"
settings.tau_1 = 1.0
settings.tau_2 = 1.0
