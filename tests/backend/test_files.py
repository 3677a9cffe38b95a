import os

import pytest

from iss_backend.errors import OutputError
from iss_backend.files import check_output, make_folder, write_whole

GLB = (".glb",)


@pytest.mark.parametrize("name", ["x.glb", "x.GLB", "a b.glb", "stuhl-ä.glb", ".glb.glb", "nulls.glb"])
def test_good_names_are_returned_as_real_paths(tmp_path, name):
    assert check_output(tmp_path / name, GLB) == tmp_path.resolve() / name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.stl", "format known here; use .glb"),
        ("x", "format known here"),
        ("", "format known here"),
        ("nul.glb", "Windows keeps"),
        ("COM1.x.glb", "Windows keeps"),
        ("missing/x.glb", "no folder"),
        ("folder.glb", "is a folder"),
        ("old.glb", "exists already; choose another name or allow overwriting by --overwrite"),
        ("old.glb/x.glb", "no folder"),
        ("n" * 300 + ".glb", "cannot be written"),
        ("zero\0.glb", "cannot be written"),
        ("loop.glb", "cannot be written"),
        ("device.glb", "is a device"),
    ],
)
def test_bad_paths_are_refused_in_one_sentence(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.glb").mkdir()
    (tmp_path / "old.glb").touch()
    (tmp_path / "loop.glb").symlink_to("loop.glb")
    (tmp_path / "device.glb").symlink_to("/dev/null")
    with pytest.raises(OutputError, match=words) as error:
        check_output(name, GLB)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")


def test_overwriting_has_to_be_allowed_and_follows_links(tmp_path):
    (tmp_path / "old.glb").touch()
    (tmp_path / "link.glb").symlink_to("old.glb")
    assert check_output(tmp_path / "link.glb", GLB, overwrite=True) == tmp_path.resolve() / "old.glb"


@pytest.mark.parametrize(("which", "words"), [("old.glb", "write-protected"), ("", "no permission")])
def test_write_protection_is_respected(tmp_path, monkeypatch, which, words):
    (tmp_path / "old.glb").touch()
    protected, real = os.path.realpath(tmp_path / which), os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != protected and real(path, mode))
    with pytest.raises(OutputError, match=words):
        check_output(tmp_path / "old.glb", GLB, overwrite=True)


def test_contents_are_written_whole(tmp_path):
    write_whole(tmp_path / "x", b"first")
    write_whole(tmp_path / "x", b"second")
    assert (tmp_path / "x").read_bytes() == b"second"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(28, "No space left"), OutputError),
        (OSError(5, "I/O"), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_failure_leaves_the_old_contents_and_no_part(tmp_path, monkeypatch, error, raised):
    (tmp_path / "x").write_bytes(b"old")

    def fail(descriptor):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(raised):
        write_whole(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_a_file_or_read_only_is_an_output_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_whole(tmp_path / "file" / "x", b"")
    with pytest.raises(OutputError):
        write_whole(tmp_path / "missing" / "x", b"")
    with pytest.raises(OutputError):
        write_whole(tmp_path, b"")


def test_a_folder_is_made_with_those_above_it_or_one_sentence_says_why_not(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="was not written: File exists"):
        make_folder(tmp_path / "file")
