"""The start of the paper: the mapper reads the text's feature as it is."""

import bpy

settings = bpy.context.scene.iss_generate
settings.variations = 1
settings.steps = 20
settings.detail = 128
settings.views = 10
settings.rate = 1.0
settings.start = "mapper"
settings.tau_1 = 1.0
settings.tau_2 = 1.0
