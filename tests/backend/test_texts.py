import pytest

from iss_backend.errors import BadInputError
from iss_backend.texts import LONGEST_TEXT, clean_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a red chair", "a red chair"),
        ("  a\tred\r\n chair  ", "a red chair"),
        ("a\u200bchair\x00", "a chair"),
        ("a\u2028red\u00a0chair", "a red chair"),
        ("caf\u00e9 table \U0001f600", "caf\u00e9 table \U0001f600"),
        ("a \udcffchair", "a chair"),
        ("an arm\u00adchair", "an armchair"),
        ("a key\u200dboard, book\u200cshelf and note\u2060book\ufeff", "a keyboard, bookshelf and notebook"),
        ("a red\u00ad chair", "a red chair"),
        ("an \U0001f469\u200d\U0001f680 astronaut", "an \U0001f469 \U0001f680 astronaut"),
        ("\uff41\u3000\uff32\uff45\uff44 \ufb01sh", "a Red fish"),
        ("cafe\u0301 table", "caf\u00e9 table"),
        ("a chair\u00b4s leg", "a chair's leg"),
        ("a robin\u2019s egg and a \u2018cat\u2019s paw\u2019", "a robin's egg and a 'cat's paw'"),
        ("a battle\u2011axe, bottle\u2010green \u2013 long", "a battle-axe, bottle-green - long"),
        ("7 a", "7 a"),
        ("a" * LONGEST_TEXT, "a" * LONGEST_TEXT),
        ("a" + " " * 5000 + "b", "a b"),
    ],
)
def test_readable_texts_are_cleaned(text, cleaned):
    assert clean_text(text) == cleaned
    clean_text(text).encode()


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200e", "\x00", "\u2029", "\ud800"])
def test_empty_texts_are_refused(text):
    with pytest.raises(BadInputError, match="empty"):
        clean_text(text)


def test_texts_that_are_far_too_long_are_refused():
    with pytest.raises(BadInputError, match="has 10000 characters, the limit is 1000"):
        clean_text("a" * 10_000)


@pytest.mark.parametrize("text", ["一把红椅子", "كرسي أحمر", "\U0001f697\U0001f697", "123", "!?", "красный стул"])
def test_texts_without_latin_letters_are_refused(text):
    with pytest.raises(BadInputError, match="no Latin letter"):
        clean_text(text)
