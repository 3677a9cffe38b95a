"""Building a CLIP's thesaurus: WordNet's words, each with the nearest word of the captions that it is a kind of."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from torch import Tensor
from torch.nn import functional

from iss_backend.clip.thesaurus import ENDS, LONGEST_TERM, SHORTEST_PART, Thesaurus
from iss_backend.data.colour_names import SHADES, colour_words
from iss_backend.data.vocabulary import MATERIALS, all_nouns
from iss_backend.training.colour_terms import THINGS, plain_colours
from iss_backend.training.wordnet import NOTICE, Synset, WordNet

FEWEST_CAPTIONS = 5  # that hold a noun which others are put into
LEAST_HEADS = 0.3  # how often such a noun has to be what a phrase is about: "jet" mostly says how black a thing is
FEWEST_COMPOUNDS = 3  # captions that say a word before the same noun, from which it stands for both
LEAST_COMPOUNDS = 0.75  # and their share of all that hold the word
LIKE_ENOUGH = 0.5  # cosine of the teacher's embeddings from which a noun stands for a word that it is no kind of
SHORTEST_ENDING = 4  # letters of a noun that compounds end in; "scar" is no car
MOST_STEPS = 3  # from a word up to what it is a kind of; further up everything is an object
SHORTEST = 4  # letters of a term; shorter ones are rare things and common little words ("as", "no")
# WordNet's files: artefacts; food and natural objects; animals and plants; attributes; substances
_MADE, _FOUND, _ALIVE, _COLOURS, _SUBSTANCE = "06", frozenset(("13", "17")), frozenset(("05", "20")), "07", "27"
# Words of the captions that say too little to stand for another word, or chiefly something else than captions mean.
_VAGUE_TEXT = """
item object device machine instrument container equipment structure appliance implement gadget decoration ornament
animal creature beast plant food dish snack person character figure crop tool weapon arms seat box vegetable fruit
reptile bird meal support frame block bar rod base stand top picture sign light vehicle vessel craft shelter lid ring
plate cord piece part soil staff scope pointer post package man home
"""
_VAGUE = frozenset((*_VAGUE_TEXT.split(), "musical instrument"))  # a banjo is more of a guitar than of that

_BEHIND_A_HEAD = re.compile(rf"[^a-z' -]+|\b(?:{'|'.join(sorted(ENDS))})\b")

Fits = Callable[[str, Synset], bool]
Embed = Callable[[Sequence[str]], Tensor]  # texts -> unit features [N, E]


def build_thesaurus(wordnet: WordNet, captions: Sequence[str], named: Iterable[str], embed: Embed) -> Thesaurus:
    """Return plainer terms for what WordNet knows to be a kind of what captions name; without WordNet, colours alone.

    Words of the captions, which pictures were shown with, stay what they are, but for rarer words for colours. Where
    WordNet knows no such kind, the noun stands for a word that `embed`, the text teacher's, puts nearest to it.

    Args:
        wordnet: the dictionary.
        captions: of the training shapes.
        named: what these shapes are called, beside the nouns of the vocabulary.
        embed: the text teacher.
    """
    senses = wordnet.senses("noun")
    called = {*all_nouns(), *named}
    # Most alike to "snowmobile" is "snow figure": of other compounds only those count that a dictionary has.
    nouns = {*all_nouns(), *(noun for noun in named if " " not in noun or noun in senses)}
    words = [word for shade in SHADES for word in colour_words(shade)]
    materials = {word: spoken[0] for spoken, substance in MATERIALS.values() for word in (substance, *spoken)}
    shown = {word for text in (*captions, *called, *words, *materials) for word in _words(text)}
    plain = plain_colours(wordnet, senses, shown)
    colours = {word: plain.get(word, word) for word in words}
    first, rarer = {word: offsets[0] for word, offsets in senses.items()}, _rarer(wordnet, senses, shown)
    loose = _loosely_rarer(wordnet, senses, shown, called)
    clear = _clear_nouns(nouns - _VAGUE, captions)
    meant = first | _commonest(wordnet, senses, clear, _is_thing)  # what is no thing, as people are, keeps its first
    tints = _commonest(wordnet, senses, colours.keys() - THINGS, _is_colour)  # the grit of "sand" is courage
    kinds = [
        _kinds(wordnet, loose | rarer, meant, _is_thing, {noun: noun for noun in clear}),
        _kinds(wordnet, rarer, first, _is_substance, materials),
        _kinds(wordnet, rarer, first | tints, _is_colour, colours),
    ]
    things, made_of, coloured = kinds
    unplaced = {word: offsets for word, offsets in rarer.items() if word not in things}
    things |= _most_alike(wordnet, unplaced, sorted(clear), embed)
    known = shown.union(*(wordnet.commonness(kind) for kind in ("noun", "verb", "adj", "adv")))
    things |= _spelled_otherwise(things, known | called)
    things |= _cut_short(wordnet, senses, (*captions, *called))
    told = dict(_told_by_gloss(wordnet, shown, colours, materials))
    endings = frozenset(noun for noun in clear if noun.isalpha() and len(noun) >= SHORTEST_ENDING)
    whole = frozenset(word for word in known if word.isalpha() and _is_like_compound(word, endings))
    return Thesaurus(things, made_of | coloured | told | plain, endings, whole, NOTICE)


def _is_like_compound(word: str, endings: frozenset[str]) -> bool:
    return any(word[start:] in endings for start in range(SHORTEST_PART, len(word) - SHORTEST_PART))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z][a-z'-]*", text.lower())


def _is_thing(term: str, synset: Synset) -> bool:
    return synset.subject == _MADE or synset.subject in _FOUND or (synset.subject in _ALIVE and " " not in term)


def _commonest(wordnet: WordNet, senses: Mapping[str, list[str]], nouns: Iterable[str], fits: Fits) -> dict[str, str]:
    """Return the commonest meaning of each noun that fits: "table" chiefly means numbers, "white" a person."""
    return {
        noun: offset
        for noun in nouns
        for offset in reversed(senses.get(noun, ()))  # the commonest comes last, and so stays
        if fits(noun, wordnet.nouns[offset])
    }


def _is_substance(term: str, synset: Synset) -> bool:
    is_cloth = synset.subject == _MADE and "fabric" in synset.gloss
    return " " not in term and (is_cloth or synset.subject == _SUBSTANCE or "wood of" in synset.gloss)


def _is_colour(term: str, synset: Synset) -> bool:
    return synset.subject == _COLOURS


def _rarer(wordnet: WordNet, senses: Mapping[str, list[str]], shown: set[str]) -> dict[str, list[str]]:
    """Return the senses of nouns whose last word no caption holds, and that are nouns before anything else."""
    tagged, others = wordnet.commonness("noun"), [wordnet.commonness(kind) for kind in ("verb", "adj", "adv")]
    return {
        word: offsets
        for word, offsets in senses.items()
        if len(word) >= SHORTEST and _words(word)[-1] not in shown
        if tagged[word] >= max(other.get(word, 0) for other in others)
    }


def _loosely_rarer(
    wordnet: WordNet, senses: Mapping[str, list[str]], shown: set[str], called: set[str]
) -> dict[str, list[str]]:
    """Return the senses of nouns that mean nothing but things and that captions do not use, for WordNet alone to place.

    They may be verbs before they are nouns ("settle"), and compounds whose last word captions hold, where that says too
    little: a "window seat" is a bench.
    """
    told = shown - _VAGUE
    return {
        word: offsets
        for word, offsets in senses.items()
        if len(word) >= SHORTEST and word not in shown and word not in called and _words(word)[-1] not in told
        if all(_is_thing(word, wordnet.nouns[offset]) for offset in offsets)
    }


def _kinds(
    wordnet: WordNet,
    rarer: Mapping[str, Sequence[str]],
    meanings: Mapping[str, str],
    fits: Fits,
    targets: Mapping[str, str],
) -> dict[str, str]:
    """Return for each word the nearest target above a sense that fits; of equally near ones that of the commonest."""
    meant = {target: meanings[target] for target in targets if target in meanings}
    found = {}
    for word, offsets in rarer.items():
        ways = [_nearest(wordnet, offset, meant) for offset in offsets if fits(word, wordnet.nouns[offset])]
        best = min((way for way in ways if way), key=lambda way: way[0], default=None)
        if best:
            found[word] = targets[best[1]]
    return found


def _nearest(wordnet: WordNet, offset: str, meant: Mapping[str, str]) -> tuple[int, str] | None:
    """Return how many steps above a meaning the first target stands that means this; None where none is near.

    `meant` has one meaning of each target, the commonest that counts: a "sub" is a sandwich too, but nobody who says
    so means that.
    """
    level = [offset]
    for steps in range(MOST_STEPS + 1):
        hit = next((word for each in level for word in wordnet.nouns[each].words if meant.get(word) == each), None)
        if hit:
            return steps, hit
        level = [above for each in level for above in wordnet.nouns[each].hypernyms]
    return None


def _clear_nouns(nouns: set[str], captions: Sequence[str]) -> set[str]:
    """Return the nouns that captions hold often enough, and mostly as what they are about."""
    held, heads = Counter[str](), Counter[str]()
    for caption in captions:
        words = re.findall(r"[a-z][a-z'-]*|[^\sa-z]+", caption.lower())
        for begin, end in itertools.combinations(range(len(words) + 1), 2):
            if end - begin <= LONGEST_TERM and (term := " ".join(words[begin:end])) in nouns:
                held[term] += 1
                heads[term] += end == len(words) or words[end] in ENDS or not words[end][0].isalpha()
    return {noun for noun, count in held.items() if count >= FEWEST_CAPTIONS and heads[noun] >= LEAST_HEADS * count}


def _most_alike(
    wordnet: WordNet, words: Mapping[str, Sequence[str]], targets: Sequence[str], embed: Embed
) -> dict[str, str]:
    """Return for each word that can be a thing the target that means most alike, by the word and its definition."""
    terms = [(word, wordnet.nouns[offset]) for word, offsets in words.items() for offset in offsets]
    terms = [(word, synset) for word, synset in terms if _is_thing(word, synset)]
    if not terms or not targets:
        return {}
    told = embed([f"{word}: {_definition(synset)}" for word, synset in terms])
    meant = functional.normalize(embed([word for word, _ in terms]) + told, dim=-1)
    likeness, nearest = (meant @ embed(targets).T).max(dim=1)
    found: dict[str, tuple[float, str]] = {}
    for (word, _), score, number in zip(terms, likeness.tolist(), nearest.tolist(), strict=True):
        if score >= LIKE_ENOUGH:
            found[word] = max(found.get(word, (0.0, "")), (score, targets[number]))
    return {word: target for word, (_, target) in found.items()}


def _spelled_otherwise(things: Mapping[str, str], taken: Container[str]) -> dict[str, str]:
    """Return compounds of two words in spellings that WordNet does not list: "muzzleloader" beside "muzzle loader"."""
    split = {term: re.split(r"[ -]", term) for term in things}
    compounds = [(term, *parts) for term, parts in split.items() if len(parts) == 2 and min(map(len, parts)) > 1]
    variants = ((spelling, term) for term, one, two in compounds for spelling in (one + two, f"{one} {two}"))
    return {spelling: things[term] for spelling, term in variants if spelling not in taken}


def _cut_short(wordnet: WordNet, senses: Mapping[str, list[str]], texts: Iterable[str]) -> dict[str, str]:
    """Return the compound for each word that texts hold before one noun alone: "chesterfield" is a chesterfield sofa.

    WordNet has to know the word, in some meaning, for a kind of that noun: "coffee" is no coffee table.
    """
    behind = _words_behind(texts)
    found = {}
    for word in (word for word in behind if len(word) >= SHORTEST and word in senses):
        noun, count = behind[word].most_common(1)[0]
        if noun and count >= max(FEWEST_COMPOUNDS, LEAST_COMPOUNDS * behind[word].total()):
            meanings = [offset for offset in senses[word] if _is_thing(word, wordnet.nouns[offset])]
            nouns = [{noun: offset} for offset in senses.get(noun, ())]
            if any(_nearest(wordnet, offset, meant) for offset, meant in itertools.product(meanings, nouns)):
                found[word] = f"{word} {noun}"
    return found


def _words_behind(texts: Iterable[str]) -> dict[str, Counter[str]]:
    """Count for each word what stands behind it in its noun phrase, "" where it is the last."""
    behind: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for phrase in re.split(_BEHIND_A_HEAD, text.lower()):
            for word, following in itertools.pairwise([*_words(phrase), ""]):
                behind[word][following] += 1
    return behind


def _told_by_gloss(
    wordnet: WordNet, shown: set[str], colours: Mapping[str, str], materials: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield adjectives and pigments whose gloss begins with a colour, or says what a thing is made of."""
    tellers = (
        (wordnet.nouns, re.compile(r".*\b(pigment|dye)\b"), colours),
        (wordnet.adjectives, re.compile(r"(consisting|made|formed) (of|from)"), materials),
        (wordnet.adjectives, re.compile(r"of (a|the|something having a|having a)? ?[\w\s-]*colou?r"), colours),
    )
    for synsets, opening, targets in tellers:
        for synset in filter(lambda each: opening.match(each.gloss), synsets.values()):
            plain = _first_of(synset, targets)
            yield from ((word, plain) for word in synset.words if plain and _is_new(word, shown))


def _is_new(word: str, shown: set[str]) -> bool:
    """Tell whether a word may be put into plainer terms; "bluish" is no blue, and shown words say what they say."""
    is_term = len(word) >= SHORTEST and word.islower() and not word.endswith("ish")
    return is_term and not shown.intersection(_words(word))


def _first_of(synset: Synset, targets: Mapping[str, str]) -> str | None:
    """Return the plain form of the first target in the gloss's definition, before its remarks and examples."""
    words = re.findall(r"[a-z]+", _definition(synset))
    return next((targets[word] for word in words if word in targets), None)


def _definition(synset: Synset) -> str:
    return re.split(r"[;:(]", synset.gloss)[0]
