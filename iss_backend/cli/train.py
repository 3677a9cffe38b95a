"""``train svr|clip|stage1``: captures to bundle; ``generator``: GET3D; the others: parts of a finished bundle."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from iss_backend.cli.options import add_seed_option, json_object, plan_of, whole_number
from iss_backend.cli.progress_bar import ProgressBar
from iss_backend.cli.train_baselines import add_stage as add_baselines
from iss_backend.cli.train_judges import add_stages as add_judges
from iss_backend.cli.train_pictures import add_stage as add_pictures

TEXT_STEPS = 500  # of a text tower that does not know its words yet


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command and its three stages to the parser."""
    parser = commands.add_parser("train", help="train a model bundle from scratch")
    stages = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    svr = _add_stage(
        stages,
        "svr",
        "train E_S and D on packed captures, or by rays on captures",
        (3600, "of D, by rays also of E_S"),
        run_svr,
    )
    _add_svr_options(svr)
    clip = _add_stage(
        stages, "clip", "train the compact CLIP on captioned pictures", (2000, "of both towers"), run_clip
    )
    _add_batch(clip, None, "pictures of a step (default: 256)")
    told = f"of the text tower alone, before (default: {TEXT_STEPS}; with --start none)"
    clip.add_argument("--text-steps", type=whole_number(0, 10**7), help=told)
    clip.add_argument(
        "--corpus", type=whole_number(1, 10**7), default=None, metavar="N", help="texts for the teacher (default: all)"
    )
    _add_start(clip)
    stage1 = _add_stage(
        stages,
        "stage1",
        "train M and the prior, fine-tune D, write the bundle",
        (4000, "of M, and of the prior"),
        run_stage1,
    )
    stage1.add_argument("--decoder-steps", type=whole_number(0, 10**7), default=2000, help="of D with L_D + L_bg")
    stage1.add_argument("--pairs", type=whole_number(1, 10**8), default=40000, help="pictures that M learns from")
    stage1.add_argument("--bundle", type=Path, required=True, help="folder of the bundle to write")
    stage1.add_argument("--name", default="my-bundle", help="name of the bundle")
    _add_decoder(stages)
    _add_prior(stages)
    _add_words(stages)
    _add_images(stages)
    _add_points(stages)
    _add_camera(stages)
    _add_codes(stages)
    _add_generator(stages)
    add_pictures(stages)
    add_judges(stages)
    add_baselines(stages)


def _add_svr_options(svr: argparse.ArgumentParser) -> None:
    models = ("triplane", "dvr", "imnet", "ss3d")
    svr.add_argument("--model", choices=models, default="triplane", help="form of E_S and D")
    svr.add_argument("--config", type=json_object, default={}, metavar="JSON", help='sizes that differ: {"width": 32}')
    svr.add_argument(
        "--supervision",
        choices=("auto", "points", "rays"),
        default="auto",
        help="points of a packed folder, or rays of a folder of RGB-D or RGB captures (default: what DATA allows)",
    )
    _add_start(svr)
    _add_batch(svr, None, "pictures of a step (default: 32 on points, 8 by rays)")
    svr.add_argument("--encoder-steps", type=whole_number(1, 10**7), default=1500, help="of E_S, after D, on points")
    svr.add_argument("--device", default="auto", help="of a training by rays: auto, cpu, cuda, cuda:N or mps")


def _add_start(stage: argparse.ArgumentParser) -> None:
    stage.add_argument("--start", type=Path, metavar="BUNDLE", help="go on from this bundle's weights")


def _add_stage(
    stages: argparse._SubParsersAction,
    name: str,
    text: str,
    steps: tuple[int, str],
    run: object,
    output: str = "run folder; resumed where it exists",
) -> argparse.ArgumentParser:
    """Add a stage; `steps` are how many, and of what."""
    stage = stages.add_parser(name, help=text)
    stage.add_argument("data", type=Path, help="folder written by 'data pack'; for svr and stage1 also captures")
    stage.add_argument("-o", "--output", type=Path, required=True, help=output)
    stage.add_argument("--steps", type=whole_number(1, 10**7), default=steps[0], help=steps[1])
    add_seed_option(stage)
    stage.set_defaults(run=run)
    return stage


def _add_batch(stage: argparse.ArgumentParser, default: int | None, told: str = "shapes or pictures of a step") -> None:
    stage.add_argument("--batch", type=whole_number(2, 4096), default=default, help=told)


def _add_generator(stages: argparse._SubParsersAction) -> None:
    stage = stages.add_parser("generator", help="train M and the prior on shapes that GET3D draws, write the bundle")
    stage.add_argument("output", type=Path, metavar="RUN", help="run folder with a converted generator and clip/")
    stage.add_argument("--words", nargs="+", required=True, metavar="NAME", help='what it draws: "car"')
    stage.add_argument("--steps", type=whole_number(1, 10**7), default=4000, help="of M, and of the prior")
    stage.add_argument("--pairs", type=whole_number(1, 10**8), default=4000, help="pictures that M learns from")
    add_seed_option(stage)
    stage.add_argument("--bundle", type=Path, required=True, help="folder of the bundle to write")
    stage.add_argument("--name", default="my-bundle", help="name of the bundle")
    stage.set_defaults(run=run_generator)


def _add_decoder(stages: argparse._SubParsersAction) -> None:
    stage = _add_further(
        stages, "decoder", "train D of a bundle further, on the codes that it knows", (4000, "of D"), run_decoder
    )
    stage.add_argument("--encoder-steps", type=whole_number(1, 10**7), default=250, help="of the shape encoder before")
    stage.add_argument(
        "--fine-channels",
        type=whole_number(0, 256),
        default=0,
        help="planes of twice the size, so wide: a multiple of 4",
    )


def _add_prior(stages: argparse._SubParsersAction) -> None:
    text = "train the prior of a bundle further, most on the shapes that its D shows well"
    _add_pairs(_add_further(stages, "prior", text, (3000, "of the prior"), run_prior))


def _add_words(stages: argparse._SubParsersAction) -> None:
    text = "teach the text tower of a bundle's CLIP its words, the image tower locked, then train the prior further"
    stage = _add_further(stages, "words", text, (3000, "of the prior"), run_words)
    stage.add_argument("--text-steps", type=whole_number(1, 10**7), default=1500, help="of the text tower")
    stage.add_argument("--pictures", type=whole_number(1, 10**8), default=38400, help="that it is taught with")
    stage.add_argument("--reconstructed", type=whole_number(1, 10**6), default=700, help="shapes shown as D shows them")
    stage.add_argument("--corpus", type=whole_number(1, 10**8), default=40000, help="texts that the teacher embeds")
    _add_pairs(stage)


def _add_images(stages: argparse._SubParsersAction) -> None:
    text = "teach the image tower of a bundle's CLIP, the text tower locked, then train M and the prior further"
    stage = _add_further(stages, "images", text, (6000, "of the image tower"), run_images, batch=128)
    stage.add_argument("--reconstructed", type=whole_number(1, 10**6), default=1500, help="shapes shown as D does")
    _add_mappings(stage)


def _add_points(stages: argparse._SubParsersAction) -> None:
    text = "train a bundle's point tower, which sees the forms of candidates"
    stage = _add_further(stages, "points", text, (1300, "of the tower"), run_points, batch=64)
    stage.add_argument("--width", type=whole_number(1, 1024), default=32, help="of the tower's narrowest layer")
    stage.add_argument("--decoded", type=whole_number(1, 10**6), default=1000, help="shapes seen as D shows them too")


def _add_camera(stages: argparse._SubParsersAction) -> None:
    text = "train a bundle's camera network, which tells from where a picture was taken"
    _add_further(stages, "camera", text, (16000, "of the network"), run_camera, batch=128)


def _add_pairs(stage: argparse.ArgumentParser) -> None:
    """Add what the training of a prior learns from."""
    stage.add_argument("--encoder-steps", type=whole_number(1, 10**7), default=300, help="of a shape encoder before")
    stage.add_argument("--pairs", type=whole_number(1, 10**8), default=15000, help="pictures the prior learns from")


def _add_codes(stages: argparse._SubParsersAction) -> None:
    text = "move the codes of a bundle's training shapes and D with them, then train E_S, M and the prior further"
    stage = _add_further(stages, "codes", text, (6000, "of the codes and D"), run_codes, batch=32)
    stage.add_argument("--join", action="store_true", help="training shapes that it does not know join it")
    stage.add_argument("--encoder-steps", type=whole_number(1, 10**7), default=1200, help="of E_S")
    _add_mappings(stage)


def _add_mappings(stage: argparse.ArgumentParser) -> None:
    """Add how M and the prior follow."""
    stage.add_argument("--meeting-steps", type=whole_number(1, 10**7), default=300, help="of a shape encoder before")
    stage.add_argument("--mapper-steps", type=whole_number(1, 10**7), default=4000, help="of M")
    stage.add_argument("--prior-steps", type=whole_number(1, 10**7), default=5000, help="of the prior")
    stage.add_argument("--pairs", type=whole_number(1, 10**8), default=15000, help="pictures that both learn from")


def _add_further(
    stages: argparse._SubParsersAction, name: str, text: str, steps: tuple[int, str], run: object, batch: int = 16
) -> argparse.ArgumentParser:
    """Add a training of one part of a finished bundle."""
    stage = _add_stage(stages, name, text, steps, run, "folder of the new bundle; resumed")
    _add_batch(stage, batch)
    stage.add_argument("--start", type=Path, metavar="BUNDLE", help="whose part it is (default: the shipped one's)")
    stage.add_argument("--name", default="my-bundle", help="name of the new bundle")
    return stage


def run_svr(arguments: argparse.Namespace) -> None:
    """Train an SVR model; the result is OUTPUT/svr.safetensors with OUTPUT/svr.json."""
    from iss_backend.training.recipes import SvrPlan, train_svr_run

    train_svr_run(arguments.data, arguments.output, plan_of(SvrPlan, arguments), ProgressBar())


def run_clip(arguments: argparse.Namespace) -> None:
    """Train the compact CLIP; the result is the folder OUTPUT/clip."""
    from iss_backend.training.recipes_clip import ClipPlan, train_clip_run

    usual = TEXT_STEPS if arguments.start is None else 0
    text_steps = usual if arguments.text_steps is None else arguments.text_steps
    plan = plan_of(ClipPlan, arguments, text_steps=text_steps)
    train_clip_run(arguments.data, arguments.output, plan, ProgressBar())


def run_stage1(arguments: argparse.Namespace) -> None:
    """Train M, the prior and D on packed shapes, or on captures that cannot be packed, and write the bundle."""
    from iss_backend.training.capture_bundle import train_captures_bundle
    from iss_backend.training.recipes import Stage1Plan, choose_supervision, train_stage1_run

    plan = plan_of(Stage1Plan, arguments)
    packed = choose_supervision(arguments.data, "auto") == "points"
    run_on = train_stage1_run if packed else train_captures_bundle
    run_on(arguments.data, arguments.output, arguments.bundle, plan, ProgressBar())


def _train_further(train: Callable[..., None], plan: type, arguments: argparse.Namespace) -> None:
    """Make a bundle of another by a training of one part."""
    train(arguments.data, arguments.start, arguments.output, plan_of(plan, arguments), ProgressBar())


def run_decoder(arguments: argparse.Namespace) -> None:
    """Train D of a bundle further, and write the bundle."""
    from iss_backend.training.recipes_decoder import DecoderPlan, train_decoder_run

    _train_further(train_decoder_run, DecoderPlan, arguments)


def run_prior(arguments: argparse.Namespace) -> None:
    """Train the prior of a bundle further, and write the bundle."""
    from iss_backend.training.recipes_prior import PriorPlan, train_prior_run

    _train_further(train_prior_run, PriorPlan, arguments)


def run_words(arguments: argparse.Namespace) -> None:
    """Teach the CLIP of a bundle its words, train its prior further, and write the bundle."""
    from iss_backend.training.recipes_words import WordsPlan, train_words_run

    _train_further(train_words_run, WordsPlan, arguments)


def run_images(arguments: argparse.Namespace) -> None:
    """Teach the CLIP of a bundle pictures, train its M and prior further, and write the bundle."""
    from iss_backend.training.recipes_images import ImagesPlan, train_images_run

    _train_further(train_images_run, ImagesPlan, arguments)


def run_points(arguments: argparse.Namespace) -> None:
    """Train the point tower of a bundle, and write the bundle."""
    from iss_backend.training.recipes_points import PointsPlan, train_points_run

    _train_further(train_points_run, PointsPlan, arguments)


def run_camera(arguments: argparse.Namespace) -> None:
    """Train the camera network of a bundle, and write the bundle."""
    from iss_backend.training.recipes_camera import CameraPlan, train_camera_run

    _train_further(train_camera_run, CameraPlan, arguments)


def run_codes(arguments: argparse.Namespace) -> None:
    """Move the codes of a bundle, train what speaks of codes, and write the bundle."""
    from iss_backend.training.recipes_codes import CodesPlan, train_codes_run

    _train_further(train_codes_run, CodesPlan, arguments)


def run_generator(arguments: argparse.Namespace) -> None:
    """Train M and the prior on what a generator draws, and write the bundle."""
    from iss_backend.training.generator_pairs import GeneratorPlan, train_generator_run

    plan = plan_of(GeneratorPlan, arguments, words=tuple(arguments.words))
    train_generator_run(arguments.output, arguments.bundle, plan, ProgressBar())
