import shutil
import sys

import numpy as np
import pytest
import torch
from synthetic_captures import BLUE, FOCAL, RED, ball, box, write_capture, write_captures

from iss_backend.data.carving import cell_centres
from iss_backend.data.exr import read_exr_depth
from iss_backend.data.multi_view import read_shape
from iss_backend.data.split_files import split_folders
from iss_backend.errors import BadInputError
from iss_backend.progress import ignore_progress
from iss_backend.svr import DvrConfig, DvrModel, dvr, dvr_resnet
from iss_backend.svr.ray_losses import RayLossWeights, svr_ray_loss
from iss_backend.training.code_scale import standardise_codes
from iss_backend.training.ray_batches import RayBatches, encoder_picture, random_rays, views_of
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr_rays import (
    EVALUATION_GRID,
    CarvedShape,
    SVRRaySettings,
    batch_loss,
    mean_iou_of,
    read_carved,
    train_svr_by_rays,
)

RGB_ONLY = ("image", "mask", "albedo")


@pytest.fixture(scope="module")
def rgbd(tmp_path_factory):
    return write_captures(tmp_path_factory.mktemp("rgbd"))


@pytest.fixture(scope="module")
def rgb(tmp_path_factory):
    return write_captures(tmp_path_factory.mktemp("rgb"), kinds=RGB_ONLY)


@pytest.fixture
def tiny_dvr(monkeypatch):
    """DVR 16 wide, for 32-pixel pictures; its field begins as a ball of radius 0.2 whatever the code."""
    monkeypatch.setattr(dvr, "IMAGE_SIZE", 32)
    monkeypatch.setattr(dvr, "FEATURES", 16)
    monkeypatch.setattr(dvr_resnet, "WIDTHS", (8, 8, 16, 16))
    torch.manual_seed(0)
    model = DvrModel(DvrConfig(code_size=8, hidden=16))
    decoder = model.decoder
    with torch.no_grad():
        decoder.fc_p.weight.copy_(4.0 * torch.nn.functional.normalize(torch.randn(16, 3), dim=1))
        for layer in (decoder.fc_p, *decoder.fc_c, *(block.fc_1 for block in decoder.blocks)):
            layer.bias.zero_()
        for layer in decoder.fc_c:
            layer.weight.mul_(0.1)
        # Sixteen ReLUs of 4 p.d with unit directions d sum up to about 16 |p|.
        decoder.fc_out.weight[0] = -0.25
        decoder.fc_out.bias[0] = 0.8
    return model


def quick(steps, learning_rate=0.02, batch=4, rays=64):
    loop = LoopSettings(steps, learning_rate, warmup=5, evaluate_every=10**6)
    return SVRRaySettings(batch, rays, loop=loop, weights=RayLossWeights(steps=16, refine=3))


def unseen_ball(size):
    """The held-out ball of radius 0.35, whose cells are known without depths."""

    def of(folder):
        picture = encoder_picture(folder, views_of(folder), np.random.default_rng(0), size)
        return [CarvedShape(picture, cell_centres(EVALUATION_GRID).norm(dim=1) < 0.35)]

    return of


def train(model, folders, settings, checkpoint):
    losses = []
    train_svr_by_rays(model, folders, settings, checkpoint, lambda event: losses.append(event.loss))
    return losses


@pytest.mark.parametrize(
    ("kind", "data", "settings", "iou"),
    [
        ("triplane", "rgbd", quick(90, 0.02), 0.5),
        ("dvr", "rgbd", quick(50, 0.01), 0.5),
        ("dvr", "rgb", quick(80, 0.01), 0.45),
    ],
)
def test_a_ball_never_seen_is_reconstructed(kind, data, settings, iou, request, tmp_path):
    model, folders = request.getfixturevalue(f"tiny_{kind}"), request.getfixturevalue(data)
    held_out = unseen_ball(model.image_size)(folders[-1])
    before = mean_iou_of(model, held_out)
    losses = train(model, folders, settings, tmp_path / "checkpoint.safetensors")
    assert before < 0.32
    assert mean_iou_of(model, held_out) > iou
    assert not model.training
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])


def test_silhouettes_alone_teach_the_tri_plane_model(rgb, tiny_triplane, tmp_path):
    # Only the loss: a ray is content with any surface on it, and so few steps do not make planes smooth as DVR is.
    losses = train(tiny_triplane, rgb, quick(60, 0.003, rays=128), tmp_path / "checkpoint.safetensors")
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])


def test_a_batch_depends_on_its_number_and_the_seed_alone(rgbd):
    def flat(step, seed):
        batch = RayBatches(rgbd, 3, 20, False, seed).draw(step, 16)
        return [batch.images, *(part for targets in batch.targets for part in vars(targets).values())]

    for one, other in zip(flat(5, 0), flat(5, 0), strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(flat(5, 0)[0], flat(6, 0)[0])
    assert not torch.equal(flat(5, 0)[0], flat(5, 1)[0])


def test_a_batch_has_the_promised_sizes_and_no_shape_twice(rgbd):
    batch = RayBatches(rgbd, len(rgbd), 20, False, 0).draw(0, 16)
    assert batch.images.shape == (5, 3, 16, 16)
    assert 0 <= batch.images.min() < 0.5 < batch.images.max() <= 1
    assert [targets.rays.shape for targets in batch.targets] == [(20, 3)] * 5
    # Red and blue shapes: the corners of the pictures are white, the middles tell which shape it is.
    assert sum(picture[0, 8, 8] > picture[2, 8, 8] for picture in batch.images) == 3
    assert RayBatches(rgbd[:1], 3, 10**6, False, 0).draw(0, 16).targets[2].rays.shape == (24 * 24, 3)


def test_rays_meet_the_captured_surface_at_their_depth(rgbd):
    rays = random_rays(read_shape(rgbd[1], [2]), 400, True, np.random.default_rng(0))
    points = (rays.origins + rays.rays * rays.depth[:, None])[rays.mask]
    assert torch.equal(rays.mask, rays.depth.isfinite())
    assert 20 < rays.mask.sum() < 400
    assert (points.norm(dim=1) - 0.3).abs().max() < 1e-4
    assert rays.origins.norm(dim=1).allclose(torch.tensor(1.7))
    assert (rays.rgb[~rays.mask] == 1).all()


def test_rays_of_a_scaled_world_meet_the_scaled_surface(rgbd, tmp_path):
    folder = shutil.copytree(rgbd[1], tmp_path / "ball")
    with np.load(folder / "cameras.npz") as stored:
        cameras = dict(stored)
    cameras.update({name: np.diag([2, 2, 2, 1]) for name in cameras if name.startswith("scale")})
    np.savez(folder / "cameras.npz", **cameras)
    rays = random_rays(read_shape(folder, [0]), 400, True, np.random.default_rng(0))
    points = (rays.origins + rays.rays * rays.depth[:, None])[rays.mask]
    assert (points.norm(dim=1) - 0.15).abs().max() < 1e-4


def test_lit_models_get_pictures_and_others_albedo(rgbd):
    lit, albedo = (random_rays(read_shape(rgbd[0], [0]), 400, lit, np.random.default_rng(0)) for lit in (True, False))
    assert albedo.rgb[albedo.mask].allclose(torch.tensor(RED), atol=0.5 / 255 + 1e-6)
    brightness = lit.rgb[lit.mask][:, 0] / RED[0]
    assert 0.4 < brightness.min() < 0.7
    assert 0.95 < brightness.max() < 1.01


def test_the_loss_is_the_mean_over_shapes_of_sums_over_rays(rgbd, tiny_triplane):
    settings = quick(1)
    batch = RayBatches(rgbd, 2, 30, False, 0).draw(0, 64)
    generator = torch.Generator().manual_seed(7)
    loss = batch_loss(tiny_triplane, batch, settings, generator)
    again, codes = torch.Generator().manual_seed(7), tiny_triplane.encode(batch.images)
    torch.randn(codes.shape, generator=again)  # of the codes, unused without code noise
    parts = [
        svr_ray_loss(tiny_triplane, tiny_triplane.prepare(codes[i : i + 1]), targets, settings.weights, again)
        for i, targets in enumerate(batch.targets)
    ]
    assert loss.item() == pytest.approx(sum(part.item() for part in parts) / 2, rel=1e-4)


def test_a_resumed_training_ends_where_an_unbroken_one_does(rgbd, tiny_triplane, tmp_path):
    start = {name: value.clone() for name, value in tiny_triplane.state_dict().items()}
    train(tiny_triplane, rgbd, quick(4, batch=2, rays=20), tmp_path / "one.safetensors")
    unbroken = {name: value.clone() for name, value in tiny_triplane.state_dict().items()}

    class Stopped(Exception):
        pass

    def stop_in_the_third_step(event):
        if event.step == 3:
            raise Stopped

    tiny_triplane.load_state_dict(start)
    settings = SVRRaySettings(
        2, 20, loop=LoopSettings(4, 0.02, warmup=5, checkpoint_every_s=0), weights=quick(1).weights
    )
    with pytest.raises(Stopped):
        train_svr_by_rays(tiny_triplane, rgbd, settings, tmp_path / "two.safetensors", stop_in_the_third_step)
    tiny_triplane.load_state_dict(start)
    assert len(train(tiny_triplane, rgbd, settings, tmp_path / "two.safetensors")) == 2
    for name, value in tiny_triplane.state_dict().items():
        assert value.allclose(unbroken[name], atol=1e-6), name


def test_carved_truth_needs_depth_but_no_normals(rgb, tmp_path):
    assert read_carved(rgb[0], 16) is None
    folder = write_capture(tmp_path / "ball", ball(0.35), views=20, size=32, kinds=("image", "mask", "depth"))
    carved = read_carved(folder, 16)
    truth = cell_centres(EVALUATION_GRID).norm(dim=1) < 0.35
    assert carved.image.shape == (3, 16, 16)
    assert (carved.occupied & truth).sum() / (carved.occupied | truth).sum() > 0.85


def test_iou_is_that_of_the_two_volumes(rgbd, analytic):
    cells = cell_centres(EVALUATION_GRID).norm(dim=1)
    model = analytic(lambda p, radius: radius + 0 * p[..., 0] - p.norm(dim=-1), 0.2)
    black = CarvedShape(torch.zeros(3, 8, 8), cells < 0.4)
    assert mean_iou_of(model, [black]) == pytest.approx(0.125, rel=0.02)
    nothing = CarvedShape(torch.zeros(3, 8, 8), torch.zeros(len(cells), dtype=torch.bool))
    assert mean_iou_of(model, [black, nothing]) == pytest.approx(0.0625, rel=0.02)


def test_encoder_inputs_of_their_own_are_preferred(rgbd, tmp_path):
    folder = shutil.copytree(rgbd[0], tmp_path / "ball")
    (folder / "img_choy2016").mkdir()
    for number in range(3):
        shutil.copy(rgbd[2] / "image" / f"{number:04d}.png", folder / "img_choy2016" / f"{number:03d}.png")
    seen = encoder_picture(folder, views_of(folder), np.random.default_rng(0), 24)[:, 12, 12]
    assert seen[2] / seen[0] == pytest.approx(BLUE[2] / BLUE[0], rel=0.1)
    assert len(read_shape(folder).images) == 6


def test_encoder_pictures_are_those_from_about_eye_level(rgbd):
    # The six cameras stand at sines of elevation 5/6, 3/6, 1/6, -1/6, ... of which -0.15 to 0.77 are eye level.
    assert views_of(rgbd[0]).count == 6
    assert list(views_of(rgbd[0]).eye_level) == [1, 2]


@pytest.mark.parametrize(
    ("files", "train", "test"),
    [
        ({"train.lst": "a\nb\n", "val.lst": "c\n", "test.lst": "d\n"}, "ab", "d"),
        ({"train.lst": "a b\n", "val.lst": "c\n"}, "ab", "c"),
        ({"softras_train.lst": "b\n", "softras_test.lst": "a\n"}, "b", "a"),
        ({"train.lst": "a\n"}, "a", ""),
    ],
)
def test_split_files_decide(tmp_path, files, train, test):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    sides = split_folders([tmp_path / name for name in "abcd"])
    assert ["".join(folder.name for folder in side) for side in sides] == [train, test]


def test_names_decide_where_a_category_has_no_split_files(tmp_path):
    (tmp_path / "listed").mkdir()
    (tmp_path / "listed" / "train.lst").write_text("shape00\n")
    named = [tmp_path / "free" / f"{a}{b}ing" for a in "bcdfghklmn" for b in "aeiouy"]
    train, test = split_folders([tmp_path / "listed" / "shape00", *named])
    assert tmp_path / "listed" / "shape00" in train
    assert len(train) + len(test) == len(named) + 1
    assert 0 < len(test) < 0.25 * len(named)


def test_nothing_to_train_on_is_an_error(rgbd, tiny_triplane, tmp_path):
    with pytest.raises(BadInputError, match="All 1 captured shapes are held out"):
        train_svr_by_rays(tiny_triplane, rgbd[-1:], quick(1), tmp_path / "checkpoint.safetensors", ignore_progress)


def test_cameras_that_do_not_see_the_object_are_refused_before_training(rgbd, tiny_triplane, tmp_path):
    folder = shutil.copytree(rgbd[0], tmp_path / "solids" / "ball")
    with np.load(folder / "cameras.npz") as stored:
        cameras = {name: np.linalg.inv(value) if "world" in name else value for name, value in stored.items()}
    np.savez(folder / "cameras.npz", **cameras)
    with pytest.raises(BadInputError, match=r"6 of 6 cameras of solids/ball do not see the object: .*invert it"):
        train_svr_by_rays(tiny_triplane, [folder], quick(1), tmp_path / "checkpoint.safetensors", ignore_progress)


def test_cameras_with_skew_or_several_focal_lengths_are_refused(rgbd, tmp_path):
    folder = shutil.copytree(rgbd[0], tmp_path / "ball")
    with np.load(folder / "cameras.npz") as stored:
        cameras = dict(stored)
    for broken, words in ((np.diag([FOCAL, 2.0, 1, 1]), "centred pin-hole"), (np.diag([3, 3, 1, 1]), "focal lengths")):
        np.savez(folder / "cameras.npz", **{**cameras, "camera_mat_1": broken})
        with pytest.raises(BadInputError, match=words):
            read_shape(folder)
        assert len(read_shape(folder, [0]).images) == 1


def test_a_missing_scale_is_none_and_three_rows_are_enough(rgbd, tmp_path):
    folder = shutil.copytree(rgbd[0], tmp_path / "ball")
    with np.load(folder / "cameras.npz") as stored:
        cameras = {
            name: value[:3] if "world" in name else value for name, value in stored.items() if "scale" not in name
        }
    np.savez(folder / "cameras.npz", **cameras)
    assert (read_shape(folder).world_mats == read_shape(rgbd[0]).world_mats).all()


def test_exr_depths_are_read(rgbd, tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    folder = shutil.copytree(rgbd[0], tmp_path / "ball")
    truth = read_shape(folder).depths
    header = {"compression": openexr.ZIP_COMPRESSION, "type": openexr.scanlineimage}
    for number, depth in enumerate(truth):
        (folder / "depth" / f"{number:04d}.npz").unlink()
        far = np.where(np.isfinite(depth), depth, np.float32([np.inf, 1e10][number % 2]))
        channels = {"RGB": np.repeat(far[..., None], 3, axis=2)} if number else {"Z": far}
        with openexr.File(header, channels) as file:
            file.write(str(folder / "depth" / f"{number:04d}.exr"))
    assert (read_shape(folder).depths == truth).all()
    (folder / "depth" / "0002.exr").write_bytes(b"v/1")
    with pytest.raises(BadInputError, match=r"0002\.exr cannot be read"):
        read_shape(folder)


def test_without_an_exr_reader_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(BadInputError, match="pip install OpenEXR"):
        read_exr_depth(tmp_path / "0000.exr")


def test_standardised_codes_leave_the_field_as_it_was(tiny_dvr):
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(40, 3, 32, 32, generator=generator)
    points = torch.rand(1, 50, 3, generator=generator).expand(40, -1, -1) - 0.5
    model = tiny_dvr.eval()
    with torch.no_grad():
        model.encoder.fc.weight.mul_(30.0)
        codes = model.encode(images)
        before = model.query(model.prepare(codes), points)
        standard = standardise_codes(model, codes)
        after = model.query(model.prepare(model.encode(images)), points)
    assert model.encode(images).allclose(standard, atol=1e-3)
    assert standard.mean(dim=0).abs().max() < 1e-4
    assert (standard.std(dim=0, correction=0) - 1).abs().max() < 1e-3
    for one, other in zip(before, after, strict=True):
        assert one.allclose(other, atol=1e-4)


def test_tri_plane_codes_are_standard_already(tiny_triplane):
    codes = torch.randn(4, 8)
    assert standardise_codes(tiny_triplane, codes) is codes


def test_boxes_are_captured_as_boxes(tmp_path):
    folder = write_capture(tmp_path / "box", box(0.4, 0.2, 0.25))
    rays = random_rays(read_shape(folder, [3]), 576, False, np.random.default_rng(0))
    points = (rays.origins + rays.rays * rays.depth[:, None])[rays.mask]
    assert ((points.abs() / torch.tensor([0.4, 0.2, 0.25])).amax(dim=1) - 1).abs().max() < 1e-4
