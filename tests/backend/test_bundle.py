import json
import shutil
from dataclasses import replace

import pytest
import torch

from iss_backend import bundle as bundle_room
from iss_backend.bundle import load_bundle, read_manifest, verify_files, write_bundle
from iss_backend.errors import BundleError

SEALED = [
    "svr.safetensors",
    "mapper.safetensors",
    "prior.safetensors",
    "codes.safetensors",
    "points.safetensors",
    "camera.safetensors",
    "clip/open_clip_config.json",
    "clip/open_clip_model.safetensors",
]
PARTS = ("svr", "mapper", "prior", "point_tower", "camera_network")


@pytest.fixture
def folder(tmp_path, tiny_bundle):
    """Return a copy of the tiny bundle, to be damaged."""
    return shutil.copytree(tiny_bundle, tmp_path / "bundle")


@pytest.fixture
def nothing_is_read(monkeypatch):
    """Fail where any weights are read."""
    for reader in ("read_weights", "load_clip"):
        monkeypatch.setattr(bundle_room, reader, lambda *_: pytest.fail("weights were read"))


def assert_refused(folder, words=None):
    with pytest.raises(BundleError, match=words) as error:
        load_bundle(folder)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")


def change_manifest(folder, change):
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def seal_again(folder):
    """Make the manifest fit the files as they are now."""
    names = read_manifest(folder)["files"]
    change_manifest(folder, lambda manifest: manifest.update(files=bundle_room._seal(folder, names)))


def test_the_round_trip_is_exact(tmp_path, tiny_bundle):
    first = load_bundle(tiny_bundle)
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bundle / "clip", copy / "clip")
    write_bundle(copy, first)
    second = load_bundle(copy)
    assert (second.name, second.notes) == (first.name, first.notes)
    assert second.shapes.names == ("a/1", "a/2", "b/1")
    assert torch.equal(first.shapes.codes, second.shapes.codes)
    assert torch.equal(first.gap.image_mean, second.gap.image_mean)
    for part in (*PARTS, "clip"):
        ours, theirs = getattr(first, part).state_dict(), getattr(second, part).state_dict()
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(value, theirs[name]) for name, value in ours.items())
    assert sorted(read_manifest(copy)["files"]) == sorted(SEALED)
    assert (copy / "svr.safetensors").read_bytes() == (tiny_bundle / "svr.safetensors").read_bytes()
    assert not list(copy.rglob("*.part*"))


def test_files_of_others_in_the_folder_are_neither_sealed_nor_touched(tmp_path, tiny_bundle):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bundle / "clip", copy / "clip")
    (copy / "node_modules").mkdir()
    foreign = [copy / "notes.json", copy / "points.safetensors", copy / "node_modules" / "package.json"]
    for file in foreign:
        file.write_text("{}")
    write_bundle(copy, replace(load_bundle(tiny_bundle), point_tower=None))
    assert sorted(read_manifest(copy)["files"]) == sorted(set(SEALED) - {"points.safetensors"})
    assert [file.read_text() for file in foreign] == ["{}"] * 3


def test_the_models_are_frozen_and_evaluate(tiny_bundle):
    bundle = load_bundle(tiny_bundle)
    for part in (*(getattr(bundle, part) for part in PARTS), bundle.clip.towers):
        assert not part.training
        assert all(not p.requires_grad and p.device.type == "cpu" for p in part.parameters())
        assert all(p.dtype == torch.float32 for p in part.parameters())


@pytest.mark.parametrize(
    ("part", "file"), [("prior", "prior"), ("point_tower", "points"), ("camera_network", "camera")]
)
def test_a_bundle_without_one_of_the_parts_that_may_be_missing(tmp_path, tiny_bundle, part, file):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bundle / "clip", copy / "clip")
    write_bundle(copy, replace(load_bundle(tiny_bundle), **{part: None}))
    assert getattr(load_bundle(copy), part) is None
    assert not (copy / f"{file}.safetensors").exists()


def test_a_bundle_from_before_point_towers_and_camera_networks_is_read(folder):
    change_manifest(folder, lambda manifest: (manifest.pop("points"), manifest.pop("camera")))
    bundle = load_bundle(folder)
    assert bundle.point_tower is bundle.camera_network is None


def test_the_point_tower_of_another_clip_does_not_fit(folder):
    from iss_backend.clip.point_tower import PointTower, PointTowerConfig
    from iss_backend.weights import write_weights

    write_weights(folder / "points.safetensors", PointTower(PointTowerConfig(17, 4)).state_dict())
    change_manifest(folder, lambda manifest: manifest["points"].update(feature_size=17))
    seal_again(folder)
    assert_refused(folder, "points.safetensors belongs to another CLIP")


@pytest.mark.parametrize("file", SEALED)
def test_one_flipped_byte_is_found_before_any_weight_is_read(folder, file, nothing_is_read):
    contents = bytearray((folder / file).read_bytes())
    contents[-5] ^= 1
    (folder / file).write_bytes(contents)
    assert_refused(folder, "checksum differs")


@pytest.mark.parametrize("file", SEALED)
def test_a_truncated_a_longer_and_a_missing_file_are_found_before_any_weight_is_read(folder, file, nothing_is_read):
    contents = (folder / file).read_bytes()
    (folder / file).write_bytes(contents[:-1])
    assert_refused(folder, f"has {len(contents) - 1} bytes instead of {len(contents)}")
    (folder / file).write_bytes(contents + b"\0")
    assert_refused(folder, "bytes instead of")
    (folder / file).unlink()
    assert_refused(folder, "lacks the file")


@pytest.mark.parametrize("file", SEALED)
def test_a_file_that_the_manifest_does_not_seal_is_refused(folder, file, nothing_is_read):
    change_manifest(folder, lambda manifest: manifest["files"].pop(file))
    assert_refused(folder, f"does not list {file}")


@pytest.mark.parametrize("name", ["../outside.json", "/etc/hostname", "clip/../../x", "..\\x", "C:\\x", "C:x", "\\x"])
def test_a_manifest_cannot_name_files_outside_the_bundle(folder, name, nothing_is_read):
    (folder.parent / "outside.json").write_text("{}")
    seal = {"bytes": 2, "sha256": bundle_room.sha256_of(folder.parent / "outside.json")}
    change_manifest(folder, lambda manifest: manifest["files"].update({name: seal}))
    assert_refused(folder, "outside the bundle")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"x"', "{}", "[" * 100_000, "\0", '{"name": "x"}'])
def test_a_garbage_manifest_is_refused(folder, text):
    (folder / "manifest.json").write_text(text)
    assert_refused(folder, "holds no model bundle")


def test_a_manifest_that_is_no_text_a_missing_one_and_a_missing_folder_are_refused(folder, tmp_path):
    (folder / "manifest.json").write_bytes(b"\xff\xfe\x00garbage")
    assert_refused(folder)
    (folder / "manifest.json").unlink()
    assert_refused(folder, "--bundle")
    assert_refused(tmp_path / "nowhere", "--bundle")


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_is_refused(folder, version):
    change_manifest(folder, lambda manifest: manifest.update(format=version))
    assert_refused(folder, "has format")


@pytest.mark.parametrize("entry", ["name", "svr", "mapper", "notes", "files", "shape_names"])
@pytest.mark.parametrize("value", [None, 5])
def test_a_damaged_entry_of_the_manifest_is_named(folder, entry, value):
    change_manifest(folder, lambda manifest: manifest.update({entry: value}))
    assert_refused(folder, f"damaged at '{entry}'")


@pytest.mark.parametrize("svr", [{}, {"config": {}}, {"kind": ["triplane"], "config": {}}])
def test_a_manifest_that_lacks_the_kind_of_its_svr_model_is_damaged(tmp_path, svr):
    parts = {"mapper": {}, "notes": {}, "files": {}, "shape_names": []}
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "name": "x", "svr": svr, **parts}))
    with pytest.raises(BundleError, match="damaged at 'svr'"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("seal", [None, 5, {}, {"bytes": 1}, {"bytes": "many", "sha256": 3}])
def test_a_damaged_seal_is_refused(folder, seal):
    change_manifest(folder, lambda manifest: manifest["files"].update({"svr.safetensors": seal}))
    assert_refused(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"svr": {"kind": "nonsense", "config": {}}},
        {"svr": {"kind": "triplane"}},
        {"svr": {"kind": "triplane", "config": {"size": 3}}},
        {"svr": {"kind": "triplane", "config": 3}},
        {"svr": {"kind": "triplane", "config": {"hidden": -3}}},
        {"mapper": {"depth": 3}},
        {"mapper": {"hidden": "wide"}},
        {"mapper": {"hidden": -1}},
        {"prior": {"nonsense": 1}},
        {"prior": "large"},
    ],
)
def test_configurations_that_make_no_model_are_refused(folder, change, nothing_is_read):
    change_manifest(folder, lambda manifest: manifest.update(change))
    assert_refused(folder)


@pytest.mark.parametrize("part", ["mapper", "prior"])
def test_weights_of_other_sizes_than_the_manifest_says_are_refused(folder, part):
    change_manifest(folder, lambda manifest: manifest[part].update(hidden=24))
    assert_refused(folder, "does not fit the model")


def write_part(folder, part):
    """Put a mapper or prior of another feature size into a bundle, and seal it."""
    from iss_backend.alignment.mapper import Mapper, MapperConfig
    from iss_backend.alignment.prior import CodePrior, PriorConfig
    from iss_backend.weights import write_weights

    model = Mapper(MapperConfig(17, 8, 32)) if part == "mapper" else CodePrior(PriorConfig(17, 8, 16, 1))
    write_weights(folder / f"{part}.safetensors", model.state_dict())
    change_manifest(folder, lambda manifest: manifest[part].update(feature_size=17))
    seal_again(folder)


@pytest.mark.parametrize("part", ["mapper", "prior"])
def test_parts_of_two_bundles_do_not_fit_together(folder, part):
    write_part(folder, part)
    assert_refused(folder, f"does not fit together: the {part} maps 17 to 8 .*'align --clip'")


@pytest.mark.parametrize("change", [{"codes": torch.zeros(2, 8)}, {"text_mean": torch.zeros(4)}, {"codes": None}])
def test_codes_of_other_models_are_refused(folder, change):
    from iss_backend.weights import read_weights, write_weights

    arrays = {**read_weights(folder / "codes.safetensors"), **change}
    write_weights(folder / "codes.safetensors", {name: value for name, value in arrays.items() if value is not None})
    seal_again(folder)
    assert_refused(folder, r"codes\.safetensors")


def test_verifying_an_undamaged_bundle_says_nothing(tiny_bundle):
    assert verify_files(tiny_bundle, read_manifest(tiny_bundle)) is None


def test_the_mark_of_the_decoder_changes_with_d_alone(tmp_path, folder):
    bundle = load_bundle(folder)
    assert len(bundle.decoder) == 12
    assert bundle.to("cpu").decoder == load_bundle(folder).decoder == bundle.decoder

    def mark_after(change):
        shutil.copytree(folder, tmp_path / "changed", dirs_exist_ok=True)
        changed = load_bundle(folder)
        change(changed)
        write_bundle(tmp_path / "changed", changed)
        return load_bundle(tmp_path / "changed").decoder

    with torch.no_grad():
        assert mark_after(lambda other: None) == bundle.decoder
        assert mark_after(lambda other: other.svr.encoder.head.bias.add_(1.0)) == bundle.decoder
        assert mark_after(lambda other: other.svr.occupancy_head.bias.add_(1.0)) != bundle.decoder
