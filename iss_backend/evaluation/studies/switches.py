"""The paper's formulas against the official code, one switch at a time: those of stage 2, judged on texts."""

from __future__ import annotations

from dataclasses import replace

from iss_backend.evaluation.methods import Method, generating
from iss_backend.evaluation.studies.ablations import OFFICIAL_RATE, PUBLISHED
from iss_backend.pipeline import GenerateSettings, TextToShape

OFFICIAL_VIEWS = 10


def stage2_switches(studio: TextToShape, published: GenerateSettings = PUBLISHED) -> dict[str, Method]:
    """Return a row for the paper's formulas, and one for each thing that is done otherwise.

    The base is what `ablations` calls published: our learning rate and views, outlines softened.
    """
    stage2 = published.stage2
    variants = {
        "paper": ("paper's formulas", {}),
        "l1": ("L_bg as L1 (official)", {"background_norm": "l1"}),
        "hard": ("no soft outline (official)", {"render": replace(stage2.render, soft_outline=False)}),
        "rate": (
            "rate 1e-4, 10 views (official)",
            {"learning_rate": OFFICIAL_RATE, "views": OFFICIAL_VIEWS},
        ),
        "composite": ("white background painted in (ours)", {"render": replace(stage2.render, background="composite")}),
    }
    return {
        name: Method(title, generating(studio, replace(published, stage2=replace(stage2, **changes))))
        for name, (title, changes) in variants.items()
    }
