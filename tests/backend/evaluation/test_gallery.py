import numpy as np
import torch

from iss_backend.alignment.guess import GuessSettings
from iss_backend.alignment.stage2 import Stage2Settings
from iss_backend.errors import BadInputError
from iss_backend.evaluation.gallery import LABEL_HEIGHT, GalleryItem, contact_sheet, generate_gallery, timed_gallery
from iss_backend.pipeline import GenerateSettings, TextToShape


def item(text, value):
    return GalleryItem(text, torch.full((2, 3, 16, 16), value))


def test_items_stand_in_rows_with_their_texts_underneath():
    sheet = np.asarray(contact_sheet([item("a", 0.0), item("b", 0.5), item("c", 0.2)], columns=2))
    assert sheet.shape == (2 * (16 + LABEL_HEIGHT), 2 * 32, 3)
    assert (sheet[:16, :32] == 0).all()
    assert (sheet[:16, 32:] == 128).all()
    assert (sheet[16 + LABEL_HEIGHT : 32 + LABEL_HEIGHT, :32] == 51).all()
    assert sheet[16 : 16 + LABEL_HEIGHT, :32].min() < 200  # there is a label
    assert (sheet[16 + LABEL_HEIGHT :, 32:] == 255).all()  # no fourth item


def test_a_blind_sheet_has_no_texts():
    sheet = np.asarray(contact_sheet([item("a", 1.0)], columns=1, labels=False))
    assert sheet.shape == (16, 32, 3)
    assert (sheet == 255).all()


def test_every_text_is_generated_with_the_same_seed(tiny_bundle):
    studio = TextToShape.open(tiny_bundle, "cpu")
    settings = GenerateSettings(guess=GuessSettings(candidates=1), stage2=Stage2Settings(steps=0))
    events = []
    items = generate_gallery(studio, ["a cat", "a dog", "a cat"], settings, 1, 24, events.append)
    assert [i.text for i in items] == ["a cat", "a dog", "a cat"]
    assert torch.equal(items[0].pictures, items[2].pictures)
    assert items[0].label == "a cat"
    assert (events[0].step, events[-1].step) == (0, 3)
    (timed,) = timed_gallery(studio, ["a cat"], settings, 1, 24, events.append)
    assert timed.seconds > 0 and timed.label == f"a cat, {timed.seconds:.0f} s"


def test_a_shape_that_comes_out_empty_does_not_end_a_timed_gallery(tiny_bundle, monkeypatch):
    def empty(*_):
        raise BadInputError("The shape is empty.")

    studio = TextToShape.open(tiny_bundle, "cpu")
    monkeypatch.setattr(studio, "mesh", empty)
    settings = GenerateSettings(guess=GuessSettings(candidates=1), stage2=Stage2Settings(steps=0))
    assert len(timed_gallery(studio, ["a cat", "a dog"], settings, 1, 24, lambda event: None)) == 2
