import json
import os
import shutil
import subprocess
import sys

import pytest

from iss_backend import __version__
from iss_backend.cli.main import main


def test_info_as_json(tiny_bundle, capsys):
    assert main(["info", "--json", "--bundle", str(tiny_bundle), "--device", "cpu"]) == 0
    output, errors = capsys.readouterr()
    facts = json.loads(output)
    assert errors == ""
    assert (facts["bundle"], facts["svr model"], facts["shapes"]) == ("tiny", "triplane", 3)
    assert (facts["device"], facts["program"], facts["language"]) == ("cpu", __version__, "English")
    size = sum(path.stat().st_size for path in tiny_bundle.rglob("*.*") if path.name != "manifest.json")
    assert facts["megabytes"] == round(size / 1e6, 1)


def test_info_as_text_says_the_same(tiny_bundle, capsys):
    main(["info", "--json", "--bundle", str(tiny_bundle), "--device", "cpu"])
    facts = json.loads(capsys.readouterr().out)
    assert main(["info", "--bundle", str(tiny_bundle), "--device", "cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == [str(value).split()[-1] for value in facts.values()]


@pytest.mark.skipif(os.name != "posix", reason="other systems tell of a closed pipe in other ways")
@pytest.mark.parametrize("buffering", [1, -1])
def test_a_command_ends_quietly_where_nobody_reads_on(tiny_bundle, monkeypatch, capsys, buffering):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", buffering) as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        assert main(["info", "--bundle", str(tiny_bundle), "--device", "cpu"]) == 141
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has a device that is always full")
def test_output_to_a_full_disk_is_reported_in_one_line(tiny_bundle):
    code = "import sys; from iss_backend.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "info", "--bundle", str(tiny_bundle), "--device", "cpu"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("error: A file cannot be read or written (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("damage", ["file", "manifest", "missing"])
def test_a_damaged_bundle_is_reported_in_one_line(tiny_bundle, tmp_path, capsys, damage):
    folder = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    if damage == "file":
        (folder / "codes.safetensors").write_bytes(b"")
    elif damage == "manifest":
        (folder / "manifest.json").write_text('{"format": 1}')
    else:
        shutil.rmtree(folder)
    assert main(["info", "--bundle", str(folder)]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1


def test_help_is_instant_because_torch_is_not_imported():
    code = (
        "import runpy, sys\nsys.argv = ['iss_backend', '--help']\n"
        "try:\n    runpy.run_module('iss_backend', run_name='__main__')\n"
        "except SystemExit as stop:\n    assert not stop.code, stop.code\n"
        "heavy = {'torch', 'numpy', 'open_clip', 'PIL', 'safetensors'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(command in done.stdout for command in ("generate", "info", "train", "data"))


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["generate"], ["train"], ["data"]])
def test_incomplete_commands_exit_with_2(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert "usage: iss_backend" in capsys.readouterr().err


def test_the_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.strip() == __version__
