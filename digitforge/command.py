"""The command line: `digitforge run|tune|sample|reconstruct|score|prepare|variants`."""

import argparse
import csv
import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import digitforge
from digitforge import files, project
from digitforge.data.pixels import GAP, PAPER, mosaic
from digitforge.data.preparation import BACKGROUNDS, FITS, Preparation
from digitforge.errors import UserError, user_errors
from digitforge.incoming import Incoming, files_of, prepare_all, read_files
from digitforge.variant import Variant
from digitforge.wording import printable, redacted

COLUMNS = 20  # of a strip; more images go below
AS_TRAINED = "as the training images were"
ZOOM = 3  # screen pixels for a pixel of an image


def variants(options: argparse.Namespace) -> None:
    """Print the keys of the trained variants."""
    keys = digitforge.variants()
    if not keys:
        raise UserError("artifacts/models: no trained variant yet; `dvc repro` trains them")
    print("\n".join(keys))


def sample(options: argparse.Namespace) -> None:
    """Write new images, as the report shows them."""
    checked_output(options.output, ".png", ".npz")
    variant = digitforge.load(options.key)
    images = variant.as_shown(variant.sample(options.n, options.seed, options.label))
    if options.output.suffix.lower() == ".npz":
        files.write_npz(options.output, images=images)
    else:
        write_png(options.output, mosaic(images, int(np.ceil(np.sqrt(options.n)))))
    print(f"{options.output}: {options.n} images by {options.key}")


def reconstruct(options: argparse.Namespace) -> None:
    """Write each image, as the model gets it, above its reconstruction."""
    checked_output(options.output, ".png")
    paths = files_of(options.images)
    variant = digitforge.load(options.key)
    incoming = received(paths, variant, options)
    seen = variant.as_seen(incoming.of(variant.data))
    rebuilt = variant.as_shown(variant.reconstruct(seen))
    write_png(options.output, pairs(seen, rebuilt))
    print(f"{options.output}: {len(seen)} images above what {options.key} makes of them")


def score(options: argparse.Namespace) -> None:
    """Print how strange each image is, strangest first, and what the verifier reads in it."""
    if options.output:
        checked_output(options.output, ".csv")
    named, places = scorer(options.images)
    paths = files_of(places)
    variant = digitforge.load(named or digitforge.champion())
    if not named:
        print(f"scored by {variant.key}, the best VAE by tracking.champion in params.yaml", file=sys.stderr)
    incoming = received(paths, variant, options)
    images = incoming.of(variant.data)
    scores, percentiles = variant.anomaly_score(images), variant.anomaly_percentile(images)
    verifier, seen = digitforge.verifier(), variant.as_seen(images)
    labels, beliefs, _ = verifier.read(seen)
    needed, channels = verifier.threshold_of(seen), seen.shape[3]
    readings = [verifier.name_of(a, channels) if b >= needed else "none" for a, b in zip(labels, beliefs, strict=True)]
    rows = [
        {
            "file": printable(name),
            "score": f"{a:.4f}",
            "percentile": f"{b:.2f}",
            "reads": reading,
            "belief": f"{belief:.3f}",
        }
        for name, a, b, reading, belief in zip(incoming.names, scores, percentiles, readings, beliefs, strict=True)
    ]
    rows = [rows[i] for i in np.argsort(-scores, kind="stable")]
    print(table(rows))
    if options.output:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        files.write_text(options.output, text.getvalue())


def prepare(options: argparse.Namespace) -> None:
    """Write images as models take them, 28 x 28 and light on black, in the sub-folders that the originals are in."""
    how = Preparation(options.background or "auto", options.prepare or "ink")
    count, blank = prepare_all(options.folder, options.output, how)
    print(f"{options.output}: {count} images by `{how.fit}`, background `{how.background}`{noted(blank, how)}")


def run(options: argparse.Namespace) -> int:
    """Run what `dvc repro` would run, side by side, on this machine or a cluster."""
    from digitforge.runner.machine import Machine
    from digitforge.runner.run import run, run_on

    os.chdir(project.project_folder())
    if address := options.address or os.environ.get("RAY_ADDRESS"):
        if options.jobs:
            raise UserError(
                f"--jobs: received {options.jobs} beside the cluster at {redacted(address)}; accepted: one of both"
            )
        if not 0 < options.gpu_share <= 1:
            raise UserError(f"--gpu-share: received {options.gpu_share}; accepted: above 0, and at most 1")
        return run_on(address, dirty=options.dirty, gpu_share=options.gpu_share)
    return run(Machine.this(options.jobs))


def tune(options: argparse.Namespace) -> None:
    """Search for settings of a row that give a better metric at equal training, within `tune` of params.yaml."""
    from digitforge.tuning.outcome import rows
    from digitforge.tuning.tune import conclude, studied

    os.chdir(project.project_folder())
    metrics = [name for names in options.metric for name in names.split(",")]
    study, records = studied(options.key, metrics, options.trials, options.budget, options.seconds, options.jobs)
    lines = conclude(study, records, write=options.write)
    print(table(rows(study, records)))
    print("\n".join(lines))


def received(paths: list[Path], variant: Variant, options: argparse.Namespace) -> Incoming:
    """The images in files, prepared as the project's own were, unless the options say how; blank ones are told."""
    how = variant.preparation
    how = Preparation(options.background or how.background, options.prepare or how.fit)
    incoming = read_files(paths, how)
    if incoming.blank:
        print(f"WARNING: {len(incoming.names)} images{noted(incoming.blank, how)}", file=sys.stderr)
    return incoming


def noted(blank: list[str], how: Preparation) -> str:
    """What to say of blank images."""
    if not blank:
        return ""
    cure = "" if how.background == "white" else ": --background white is for ink on paper"
    return f"; {len(blank)} show nothing, the first is {printable(blank[0])}{cure}"


def scorer(words: list[Path]) -> tuple[str | None, list[Path]]:
    """[KEY] IMAGE ... -> the variant, if one is named, and the images."""
    first, *rest = words
    if str(first) in project.settings(project.project_folder()).variants and (rest or not first.exists()):
        if not rest:
            raise UserError(f"{first}: received a variant and no images; accepted: [KEY] IMAGE [IMAGE ...]")
        return str(first), rest
    if rest and not first.exists():
        raise UserError(f"{first}: neither a variant of params.yaml nor a file or folder")
    return None, words


def checked_output(path: Path, *suffixes: str) -> None:
    """Refuse, before any work, an output that could not be written."""
    if path.suffix.lower() not in suffixes:
        raise UserError(f"--output: received {path}; accepted: a name that ends in {' or '.join(suffixes)}")
    if not path.parent.is_dir() or path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UserError(f"--output: received {path}; accepted: a file in an existing folder that can be written to")


def pairs(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Images [N, H, W, C] above others, 20 in a row -> one picture."""
    strips = []
    for start in range(0, len(above), COLUMNS):
        chosen = slice(start, start + COLUMNS)
        rows = np.concatenate([above[chosen], below[chosen]])
        strips.append(mosaic(rows, len(rows) // 2))
    width = strips[0].shape[1]
    padded = [np.pad(s, ((0, 3 * GAP), (0, width - s.shape[1]), (0, 0)), constant_values=PAPER) for s in strips]
    return np.concatenate(padded)[: -3 * GAP]


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write a picture [H, W, 3] uint8, every pixel enlarged."""
    enlarged = picture.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
    with files.atomic(path) as partial:
        Image.fromarray(enlarged).save(partial, format="PNG")


def table(rows: list[dict[str, Any]]) -> str:
    """Rows under the names of their columns, aligned: text to the left, numbers to the right."""
    cells = [list(rows[0]), *([str(cell) for cell in row.values()] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    first, rest = widths[0], widths[1:]
    return "\n".join("  ".join([row[0].ljust(first), *map(str.rjust, row[1:], rest)]) for row in cells)


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    made = argparse.ArgumentParser(prog="digitforge", description="Run the pipeline, and use what it trained.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Any, *, key: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        if key:
            added.add_argument("key", metavar="KEY", help="a trained variant; `digitforge variants` lists them")
        return added

    def with_preparation(added: argparse.ArgumentParser, default: str) -> None:
        added.add_argument("--background", choices=BACKGROUNDS, help=f"what the ink is on ({default})")
        added.add_argument("--prepare", choices=FITS, help=f"how images are fitted to 28 x 28 ({default})")

    of_run = command(run, key=False)
    of_run.add_argument("--jobs", type=int, help="how many stages at a time (as many as fit the machine)")
    of_run.add_argument("--address", help="a cluster of Ray's: auto, HOST:PORT or ray://HOST:PORT (RAY_ADDRESS)")
    of_run.add_argument("--dirty", action="store_true", help="on a cluster: take along what is not committed")
    of_run.add_argument("--gpu-share", type=float, default=1.0, help="on a cluster: of a GPU, for each stage (1)")
    of_tune = command(tune, key=False)
    of_tune.add_argument("key", metavar="ROW", help="a row of params.yaml that has a space in its section `tune`")
    of_tune.add_argument("--metric", action="append", required=True, help="as samples.fid; a second one, as seconds")
    of_tune.add_argument("--trials", type=int, default=20, help="how many sets of values are tried (20)")
    of_tune.add_argument("--budget", type=float, default=1.0, help="a factor on the training of each trial (1)")
    of_tune.add_argument("--seconds", type=float, help="of training for each trial, instead of the row's steps")
    of_tune.add_argument("--jobs", type=int, help="how many trials at a time (as many as fit the machine)")
    of_tune.add_argument("--write", action="store_true", help="write the best trial's values into params.yaml")
    command(variants, key=False)
    of_sample = command(sample)
    of_sample.add_argument("-n", type=int, default=64, help="number of images (64)")
    of_sample.add_argument("--seed", type=int, default=0, help="the same seed, the same images (0)")
    of_sample.add_argument("--label", help="generate this class, by its name, where the variant can")
    of_sample.add_argument("-o", "--output", type=Path, required=True, help="a .png, or an .npz with `images`")
    of_reconstruct = command(reconstruct)
    of_reconstruct.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="image files, or folders of them")
    of_reconstruct.add_argument("-o", "--output", type=Path, required=True, help="a .png")
    with_preparation(of_reconstruct, AS_TRAINED)
    of_score = command(score, key=False)
    choices = " ".join(
        f"[--{name} {{{','.join(known)}}}]" for name, known in (("background", BACKGROUNDS), ("prepare", FITS))
    )
    of_score.usage = f"digitforge score [-h] [-o OUTPUT] {choices} [KEY] IMAGE [IMAGE ...]"
    of_score.add_argument(
        "images",
        type=Path,
        nargs="+",
        metavar="[KEY] IMAGE",
        help="a trained variant, by default the best VAE; then image files, or folders of them",
    )
    of_score.add_argument("-o", "--output", type=Path, help="a .csv, with the same columns")
    with_preparation(of_score, AS_TRAINED)
    of_prepare = command(prepare, key=False)
    of_prepare.add_argument("folder", type=Path, help="a folder of images, or one image")
    of_prepare.add_argument("-o", "--output", type=Path, required=True, help="a folder that is not there yet")
    with_preparation(of_prepare, "auto and ink")
    return made


def main() -> None:
    """Run one command; a mistake is one line on stderr and exit code 2."""
    with user_errors():
        made = parser()
        options, left = made.parse_known_args()
        # argparse takes the images of a command in one go, and leaves those that follow an option.
        if left and (not hasattr(options, "images") or any(word.startswith("-") for word in left)):
            made.error(f"unrecognized arguments: {' '.join(left)}")
        options.images = [*getattr(options, "images", []), *map(Path, left)]
        if failed := options.run(options):
            sys.exit(failed)


if __name__ == "__main__":
    main()
