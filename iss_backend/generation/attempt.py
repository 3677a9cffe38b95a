"""One attempt at a shape: a first guess, and stage 2 from there on."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import torch
from torch import Tensor

from iss_backend.alignment.diversity import perturb_feature
from iss_backend.alignment.guess import best_candidate, draw_candidates, text_agreement
from iss_backend.alignment.prior import Near
from iss_backend.alignment.sharpening import sharpened
from iss_backend.alignment.stage2 import Penalty, Start, anchored_start, plain_start, run_stage2
from iss_backend.blending import between_codes
from iss_backend.bundle import Bundle
from iss_backend.codes import kept_code
from iss_backend.images import PreparedImage
from iss_backend.outline.fit import OutlineSettings
from iss_backend.outline.reading import read_code
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.settings import GenerateSettings
from iss_backend.shape import PreviewCallback, Shape

SCORE_VIEWS = 6  # pictures from all sides by which a shape's agreement with its text is reported


class Attempt:
    """What a guess and its improvement share: the models, the settings, one source of random numbers, the callbacks.

    Args:
        bundle: its models.
        text: of the shape.
        settings: of the guess and of stage 2; the seed of all noise, samples and cameras.
        report: told about step 0 and every step of stage 2.
        preview: given the first of the prior's candidates before they are compared, then the shape of each step.
        about: what the shape keeps beside the settings.
    """

    def __init__(
        self,
        bundle: Bundle,
        text: str,
        settings: GenerateSettings,
        report: ProgressCallback,
        preview: PreviewCallback,
        **about: Any,
    ) -> None:
        self._bundle, self._settings, self._report, self._preview = bundle, settings, report, preview
        self._generator = torch.Generator().manual_seed(settings.seed)
        about = {**asdict(settings), **about}
        self._blank = Shape(text, torch.empty(0), settings.seed, bundle.name, about, {}, decoder=bundle.decoder)

    def guess(self, feature: Tensor, wanted: Tensor, near: Near | None = None, by_form: bool = True) -> Start:
        """Return where stage 2 starts.

        Args:
            feature: what M and the prior read, a unit feature [D] that lies where image features do.
            wanted: unit feature [D], of a text or a picture, that samples are compared with.
            near: a code that the prior's samples shall resemble; where there is no prior, M's code is moved towards it.
            by_form: whether forms are compared with `wanted` too. Features of forms lie where those of texts do, so
                that this helps nothing where a picture is wanted.
        """
        bundle, settings = self._bundle, self._settings.guess
        if settings.tau_1 < 1.0:
            feature = perturb_feature(feature, settings.tau_1, self._generator)
        if settings.kind != "prior" or bundle.prior is None:
            plain = plain_start(bundle.mapper, feature)
            return plain if near is None else self._start_near(plain, near)
        codes = draw_candidates(bundle.prior, feature, bundle.shapes.codes, settings, self._generator, near)
        self._show(codes[0])  # a tenth of the time that comparing them takes
        tower = bundle.point_tower if by_form else None
        best = best_candidate(bundle.svr, bundle.clip, tower, codes, wanted, settings)
        return self.sharp_start_at(feature, best, free=1.0 if near is None else 1.0 - near.keep)

    def start_at(self, feature: Tensor, code: Tensor) -> Start:
        """Return the start whose first code is `code` [C]; M reads the unit feature [D]."""
        return anchored_start(self._bundle.mapper, feature, code)

    def start_of_pictures(
        self, feature: Tensor, pictures: Tensor, outlined: PreparedImage, framed: bool, settings: OutlineSettings
    ) -> Start:
        """Return the start at the code of one object's pictures, see `read_code`; M reads the unit feature [D]."""
        code = read_code(self._bundle, pictures, outlined, framed, settings, self._generator, self._report)
        return self.sharp_start_at(feature, code)

    def _start_near(self, plain: Start, near: Near) -> Start:
        """Return the start at the code that lies between a plain one's and the one that it shall resemble."""
        return self.start_at(plain.feature, between_codes(plain.code(self._bundle.mapper), near.code, near.keep))

    def sharp_start_at(self, feature: Tensor, code: Tensor, free: float = 1.0) -> Start:
        """Return the start at a code [C] that is moved by the share `free` of the way to where it is sharp."""
        sharp = sharpened(self._bundle.svr, code, self._settings.guess.sharpening, self._generator)
        return self.start_at(feature, code.lerp(sharp, free))

    def improve(self, start: Start, wanted: Tensor, penalty: Penalty | None = None) -> Shape:
        """Return the shape that stage 2 makes of a start, or of the start alone where that agrees better.

        Args:
            start: step 0.
            wanted: the unit feature [D] that L_C pulls towards, noise mixed in by tau_2.
            penalty: what else the loss holds.
        """
        settings, bundle = self._settings, self._bundle
        meter = ProgressMeter("stage 2", settings.stage2.steps, self._report)
        first = code = start.code(bundle.mapper)
        meter.step(0)
        self._show(code)
        target = perturb_feature(wanted, settings.tau_2, self._generator) if settings.tau_2 < 1.0 else wanted
        models = (bundle.mapper, bundle.svr, bundle.clip)
        for state in run_stage2(*models, start, target, settings.stage2, self._generator, penalty):
            code = state.code
            meter.step(state.step, state.loss)
            self._show(code)
        return self._better(first, code, wanted)

    def _show(self, code: Tensor) -> None:
        self._preview(replace(self._blank, code=kept_code(code)))

    def _better(self, first: Tensor, last: Tensor, wanted: Tensor) -> Shape:
        """Return the shape of the last code [C], or of the first if that may be and agrees better; with both scores."""
        before = self._agreement(first, wanted)
        code, after = last, before if last is first else self._agreement(last, wanted)
        if self._settings.keep_best and before > after:
            code, after = first, before
        return replace(self._blank, code=kept_code(code), scores={"first": before, "final": after})

    def _agreement(self, code: Tensor, wanted: Tensor) -> float:
        """Return the mean cosine of a unit feature [D] and pictures of a code [C] from all sides."""
        return float(text_agreement(self._bundle.svr, self._bundle.clip, code, wanted, SCORE_VIEWS))
