"""Prompts out of text and CSV files, and the grid; without Blender."""

import pytest

from iss_blender_addon.batch.grid import grid_cells
from iss_blender_addon.batch.rows import BatchFileError, Row, read_rows, rows_of


def test_a_text_has_one_prompt_a_line_commas_included():
    rows = rows_of("a red chair, modern\n\n# my favourites\n  a   boat \n", "list.txt")
    assert rows == [Row("a red chair, modern"), Row("a boat")]


def test_a_csv_may_have_a_header_in_any_order_and_gaps():
    rows = rows_of('variations,prompt,seed\n2,"a chair, red",7\n,a boat,\n', "list.csv")
    assert rows == [Row("a chair, red", 7, 2), Row("a boat")]


def test_a_csv_without_a_header_begins_with_the_prompt():
    assert rows_of("a chair,3,2\na boat\n", "LIST.CSV") == [Row("a chair", 3, 2), Row("a boat")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_without_a_header_says_by_its_numbers_what_separates_them(delimiter):
    text = 'a lamp\n"a boat, red; new"|7|\r\n"a chair, 5; old"||2\r\n'.replace("|", delimiter)
    assert rows_of(text, "list.csv") == [Row("a lamp"), Row("a boat, red; new", 7), Row("a chair, 5; old", None, 2)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_break_in_a_quoted_cell_parts_words(end):
    assert rows_of(f'"a red{end}chair",5{end}a boat{end}', "list.csv") == [Row("a red chair", 5), Row("a boat")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_header_makes_any_text_a_csv_with_its_own_delimiter(delimiter):
    text = "Prompt,Seed\r\na chair,5\r\n".replace(",", delimiter)
    assert rows_of(text, "Text") == [Row("a chair", 5)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a chair,red", "Line 2: seed is “red”; write a whole number from 0 to 2147483647"),
        ("a chair,-1", "seed is “-1”"),
        ("a chair,1,0", "variations is “0”; write a whole number from 1 to 64"),
        ("a chair,1,65", "variations is “65”"),
        ("a chair,²", "seed is “²”"),
        (",3", "Line 2 has no prompt"),
        ("a chair, red, round, big", "Line 2 has 4 columns, not 3; put prompts with commas in quotes"),
        ("x" * 301, "Line 2 has 301 letters"),
    ],
)
def test_bad_lines_say_what_is_wrong_and_leave_the_others(line, words):
    good, bad = rows_of(f"a lamp\n{line}\n", "list.csv")
    assert good == Row("a lamp")
    assert words in bad.problem


def test_a_file_without_prompts_is_refused():
    with pytest.raises(BatchFileError, match=r"no prompt in “list\.txt”"):
        rows_of("\n# only a remark\n", "list.txt")
    with pytest.raises(BatchFileError, match="Line 1: seed"):
        rows_of("a chair,red\n", "list.csv")


def test_files_that_cannot_be_read_are_told(tmp_path):
    with pytest.raises(BatchFileError, match=r"none\.txt cannot be read"):
        read_rows(tmp_path / "none.txt")
    (tmp_path / "old.csv").write_bytes("ein grüner Stuhl".encode("latin-1"))
    with pytest.raises(BatchFileError, match="no UTF-8 text"):
        read_rows(tmp_path / "old.csv")
    (tmp_path / "excel.csv").write_bytes("\ufeffprompt;seed\r\nein Stuhl;4\r\n".encode())
    assert read_rows(tmp_path / "excel.csv") == [Row("ein Stuhl", 4)]


def test_nine_prompts_fill_three_by_three_cells():
    cells = [own[0] for own in grid_cells([1] * 9)]
    assert cells == [(column, row) for row in range(3) for column in range(3)]


def test_variations_stand_in_one_row_and_no_cell_is_used_twice():
    cells = grid_cells([3, 1, 2, 3, 3])
    assert all(len({row for _, row in own}) == 1 for own in cells)
    taken = [cell for own in cells for cell in own]
    assert len(taken) == len(set(taken)) == 12
    assert grid_cells([]) == []


def test_empty_lines_and_comments_may_stand_above_the_names_of_columns():
    text = "\n# from the meeting\nprompt;seed\na chair;5\na boat;red\n"
    rows = rows_of(text, "Text")
    assert rows[0] == Row("a chair", 5)
    assert rows[1].problem.startswith("Line 5: seed is “red”")
    assert rows_of(text, "list.csv") == rows


def test_a_prompt_that_blender_would_cut_off_is_told():
    assert "has 302 letters" in rows_of(f"a chair\n{'é' * 151}", "list.txt")[1].problem
    assert not rows_of("é" * 150, "list.txt")[0].problem
