"""The settings to begin with."""

import bpy

settings = bpy.context.scene.iss_generate
settings.variations = 1
settings.steps = 20
settings.detail = 128
settings.views = 8
settings.rate = 1.0
settings.start = "prior"
settings.tau_1 = 1.0
settings.tau_2 = 1.0
