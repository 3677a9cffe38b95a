"""The texts on which the compact CLIP's text tower learns word meanings from the teacher.

Single words (every word the byte-pair tokenizer knows as one token, and WordNet's things), and what a person may ask
for: colours, materials and sizes with all kinds of nouns.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from iss_backend.data.captions import caption, with_right_article
from iss_backend.data.colour_names import SHADES, colour_words
from iss_backend.data.material_captions import material_caption, material_phrases
from iss_backend.data.materials import SOLID_MATERIALS, draw_piece
from iss_backend.data.shape_words import ShapeWords
from iss_backend.data.vocabulary import ADJECTIVES, COLOUR_ADJECTIVES, MATERIALS, all_nouns
from iss_backend.data.word_captions import described_caption, nouns_of
from iss_backend.errors import BundleError
from iss_backend.files import write_whole
from iss_backend.progress import ProgressCallback, ProgressMeter, ignore_progress
from iss_backend.training.clip_config import MODEL_CONFIG, tokenizer_for
from iss_backend.training.text_teacher import Teacher
from iss_backend.training.wordnet import WordNet, is_plain
from iss_backend.weights import write_weights

TEXTS_FILE, EMBEDDINGS_FILE = "texts.json", "embeddings.safetensors"
# WordNet's files of animals, artefacts, food, natural objects, people, plants, shapes and substances
_THING_FILES = frozenset(("05", "06", "13", "17", "18", "20", "25", "27"))
_TEXTS_PER_REPORT = 8192
# nouns for every phrase of a solid texture, further captions of each, captions of every shape with words
PAINTED_NOUNS, PAINTED_CAPTIONS, DESCRIBED_CAPTIONS = 12, 150, 4


def tokenizer_words() -> list[str]:
    """Return the alphabetic words of three letters and more that are one token of open_clip's tokenizer."""
    tokenizer = tokenizer_for(MODEL_CONFIG)
    words = (token.removesuffix("</w>") for token in tokenizer.encoder if token.endswith("</w>"))
    return sorted({word for word in words if len(word) >= 3 and word.isascii() and word.isalpha()})


def wordnet_things(wordnet: WordNet) -> list[str]:
    """Return WordNet's nouns for things one can see, without proper names; none where WordNet is not installed."""
    shown = (synset for synset in wordnet.nouns.values() if synset.subject in _THING_FILES)
    return sorted({word for synset in shown for word in synset.words if is_plain(word)})


def wordnet_adjectives(wordnet: WordNet) -> list[str]:
    """Return WordNet's common adjectives of one word; none where WordNet is not installed."""
    common = [word for word, tagged in wordnet.commonness("adj").items() if tagged > 0]
    return [word for word in common if word.isascii() and word.isalpha() and len(word) > 2]


def build_corpus(
    nouns: Sequence[str],
    rng: np.random.Generator,
    words: Sequence[str] = (),
    things: Sequence[str] = (),
    adjectives: Sequence[str] = (),
    described: Sequence[ShapeWords] = (),
) -> list[str]:
    """Return the texts, each once, in alphabetic order.

    Args:
        nouns: the nouns of the training captions; they appear with every colour word, material and form.
        rng: source of the combinations.
        words: single words, taken as they are.
        things: further nouns, taken alone, with an article, and some with a colour or a material.
        adjectives: further adjectives, alone and with one of the nouns.
        described: words of shapes, whose form, features and parts are told in captions.

    """
    colours = [word for shade in SHADES for word in colour_words(shade)]
    texts = {*words, *nouns, *things, *adjectives, *colours, *(f"{colour} colour" for colour in colours)}
    texts |= {f"{adjective} {_one_of(nouns, rng)}" for adjective in adjectives}
    texts |= {caption([noun], _two_colours(rng), rng) for noun in nouns for _ in range(12)}
    texts |= {f"a {colour} {noun}" for colour in colours for noun in _some(nouns, 150, rng)}
    texts |= {*_made_of(nouns, rng), *_painted(nouns, rng), *_described(described, rng)}
    texts |= {f"a {thing}" for thing in things if rng.random() < 0.2}
    texts |= {f"a {_one_of(colours, rng)} {thing}" for thing in things if rng.random() < 0.25}
    texts |= {f"a {_material(rng)} {thing}" for thing in things if rng.random() < 0.08}
    return sorted({with_right_article(text) for text in texts})


def _made_of(nouns: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield every material with some nouns, and every form ("round", "snowy") with some."""
    for spoken, substance in dict.fromkeys(MATERIALS.values()):
        for noun in _some(nouns, 120, rng):
            yield f"a {_one_of(spoken, rng)} {noun}"
            yield f"a {noun} made of {substance}"
    for forms in (*ADJECTIVES.values(), *COLOUR_ADJECTIVES.values()):
        for form in forms:
            yield from (f"a {form} {noun}" for noun in _some(nouns, 40, rng))


def _painted(nouns: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield every phrase of the solid textures with some nouns, and captions of the kind the pictures get."""
    for material in SOLID_MATERIALS.values():
        for noun in _some(nouns, PAINTED_NOUNS, rng):
            yield from material_phrases(material, noun)
        yield from (material_caption(nouns, draw_piece(material, rng), rng) for _ in range(PAINTED_CAPTIONS))


def _described(described: Sequence[ShapeWords], rng: np.random.Generator) -> Iterator[str]:
    """Yield captions of shapes with words, in their own colours and in others."""
    for words in described:
        yield from nouns_of(words)
        yield from words.adjectives
        for number in range(DESCRIBED_CAPTIONS):
            yield described_caption(words, _two_colours(rng), number % 2 == 0, rng)


def _one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]


def _some(choices: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    return [choices[number] for number in rng.permutation(len(choices))[:count]]


def _two_colours(rng: np.random.Generator) -> list[tuple[str, float]]:
    share = rng.uniform(0.4, 0.9)
    first, second = _some(SHADES, 2, rng)
    return [(first, share), (second, 1.0 - share)]


def _material(rng: np.random.Generator) -> str:
    return _one_of(list(MATERIALS.values())[rng.integers(len(MATERIALS))][0], rng)


def embed_corpus(
    corpus: Sequence[str],
    teacher: Teacher,
    folder: Path,
    report: ProgressCallback = ignore_progress,
    known: tuple[Sequence[str], Tensor] | None = None,
) -> Tensor:
    """Write the texts and the teacher's embeddings of them into a folder; return the latter, [N,E] float16.

    `known` are texts that the same teacher has embedded before, with their embeddings; they are not embedded again.
    """
    embeddings = torch.empty(len(corpus), teacher.width, dtype=torch.float16)
    missing = _copy_known(corpus, known, embeddings)
    meter = ProgressMeter("word meanings", len(corpus), report, len(corpus) - len(missing))
    # Texts of like length side by side need little padding, so they are sorted before they are cut into pieces.
    missing.sort(key=lambda number: len(corpus[number]))
    for begin in range(0, len(missing), _TEXTS_PER_REPORT):
        chosen = missing[begin : begin + _TEXTS_PER_REPORT]
        embeddings[chosen] = teacher.embed([corpus[number] for number in chosen], use_bfloat16=True).half()
        meter.step(len(corpus) - len(missing) + begin + len(chosen))
    write_weights(folder / EMBEDDINGS_FILE, {"embeddings": embeddings})
    write_whole(folder / TEXTS_FILE, json.dumps(list(corpus)).encode())
    return embeddings


def _copy_known(corpus: Sequence[str], known: tuple[Sequence[str], Tensor] | None, embeddings: Tensor) -> list[int]:
    """Fill in the embeddings of known texts; return the numbers of the others."""
    texts, values = known or ((), embeddings)
    rows = {text: row for row, text in enumerate(texts)}
    found = [number for number, text in enumerate(corpus) if text in rows]
    embeddings[found] = values[[rows[corpus[number]] for number in found]].to(embeddings.dtype)
    return [number for number, text in enumerate(corpus) if text not in rows]


def load_corpus(folder: Path) -> tuple[list[str], Tensor]:
    """Read the texts and their embeddings [N,E] float16; raises BundleError where they are damaged or do not fit."""
    try:
        texts = json.loads((folder / TEXTS_FILE).read_text(encoding="utf-8"))
        embeddings = load_file(folder / EMBEDDINGS_FILE)["embeddings"]
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise BundleError(
            f"The corpus in {folder} cannot be read ({error}): delete it to have it made again."
        ) from error
    if len(texts) != len(embeddings):
        raise BundleError(
            f"The corpus in {folder} has {len(texts)} texts but {len(embeddings)} embeddings: "
            "delete it to have it made again."
        )
    return texts, embeddings


def load_or_embed_corpus(
    folder: Path,
    teacher: Teacher,
    report: ProgressCallback = ignore_progress,
    seed: int = 0,
    described: Sequence[ShapeWords] = (),
    most: int | None = None,
) -> tuple[list[str], Tensor]:
    """Return texts and embeddings [N,E] float16 from a folder, made there (some minutes) where they are missing.

    At most `most` texts are embedded, drawn at random.
    """
    if (folder / TEXTS_FILE).is_file():
        return load_corpus(folder)
    corpus = full_corpus(described, seed)
    if most is not None:
        corpus = sorted(_some(corpus, most, np.random.default_rng((seed, 1))))
    return corpus, embed_corpus(corpus, teacher, folder, report)


def full_corpus(described: Sequence[ShapeWords] = (), seed: int = 0) -> list[str]:
    """Return the whole corpus: all nouns, the tokenizer's words, WordNet, materials, and the words of shapes."""
    rng = np.random.default_rng(seed)
    wordnet = WordNet()
    further = (tokenizer_words(), wordnet_things(wordnet), wordnet_adjectives(wordnet))
    return build_corpus(all_nouns(), rng, *further, described)
