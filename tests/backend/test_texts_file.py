import pytest

from iss_backend.errors import BadInputError
from iss_backend.texts import read_texts


def test_one_text_a_line_cleaned(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("a red car\n\n  a  blue\thouse \n", encoding="utf-8")
    assert read_texts(path) == ["a red car", "a blue house"]


def test_the_mark_that_windows_begins_files_with_is_no_text(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("\ufeff\r\na red car\r\n".encode())
    assert read_texts(path) == ["a red car"]


@pytest.mark.parametrize("contents", [b"", b"\n \n", b"\xff\xfe\x00", "汽车".encode()])
def test_files_without_usable_texts(tmp_path, contents):
    path = tmp_path / "texts.txt"
    path.write_bytes(contents)
    with pytest.raises(BadInputError):
        read_texts(path)


@pytest.mark.parametrize("line", ["\u200b", "x" * 1001, "汽车"])
def test_the_line_that_cannot_be_used_is_told(tmp_path, line):
    path = tmp_path / "texts.txt"
    path.write_text(f"a red car\n\n{line}\na house\n", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"^Line 3 of .*texts\.txt cannot be used: "):
        read_texts(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(BadInputError, match=r"missing\.txt"):
        read_texts(tmp_path / "missing.txt")
