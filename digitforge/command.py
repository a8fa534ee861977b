"""The command line: `digitforge sample|reconstruct|score|variants`."""

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
from digitforge.data.folder import SUFFIXES, read_image
from digitforge.data.pixels import GAP, PAPER, mosaic
from digitforge.data.stacked import in_channels
from digitforge.errors import UserError, user_errors
from digitforge.variant import Variant

COLUMNS = 20  # of a strip; more images go below
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
    paths = image_files(options.images)
    variant = digitforge.load(options.key)
    seen = variant.as_seen(read_images(paths, variant))
    rebuilt = variant.as_shown(variant.reconstruct(seen))
    write_png(options.output, pairs(seen, rebuilt))
    print(f"{options.output}: {len(paths)} images above what {options.key} makes of them")


def score(options: argparse.Namespace) -> None:
    """Print how strange each image is, strangest first, and what the verifier reads in it."""
    if options.output:
        checked_output(options.output, ".csv")
    named, places = scorer(options.images)
    paths = image_files(places)
    variant = digitforge.load(named or digitforge.champion())
    if not named:
        print(f"scored by {variant.key}, the best VAE by tracking.champion in params.yaml", file=sys.stderr)
    images = read_images(paths, variant)
    scores, percentiles = variant.anomaly_score(images), variant.anomaly_percentile(images)
    verifier, seen = digitforge.verifier(), variant.as_seen(images)
    labels, beliefs, _ = verifier.read(seen)
    readings = np.where(beliefs >= verifier.threshold_of(seen), labels.astype(str), "none")
    rows = [
        {
            "file": printable(path),
            "score": f"{a:.4f}",
            "percentile": f"{b:.2f}",
            "reads": reading,
            "belief": f"{belief:.3f}",
        }
        for path, a, b, reading, belief in zip(paths, scores, percentiles, readings, beliefs, strict=True)
    ]
    rows = [rows[i] for i in np.argsort(-scores, kind="stable")]
    print(table(rows))
    if options.output:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        files.write_text(options.output, text.getvalue())


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


def printable(path: Path) -> str:
    """A path as text; bytes that are no UTF-8 as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def checked_output(path: Path, *suffixes: str) -> None:
    """Refuse, before any work, an output that could not be written."""
    if path.suffix.lower() not in suffixes:
        raise UserError(f"--output: received {path}; accepted: a name that ends in {' or '.join(suffixes)}")
    if not path.parent.is_dir() or path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UserError(f"--output: received {path}; accepted: a file in an existing folder that can be written to")


def image_files(paths: list[Path]) -> list[Path]:
    """The files named, and in the place of a folder every PNG and JPEG in it and below, by name."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UserError(f"{path}: no such file or folder")
        inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        if path.is_dir() and not inside:
            raise UserError(f"{path}: no images in this folder; accepted: PNG and JPEG files")
        found += inside if path.is_dir() else [path]
    return found


def read_images(paths: list[Path], variant: Variant) -> np.ndarray:
    """Image files as stage `download` reads them, grey or in colour as the variant's data -> uint8 [N, 28, 28, C]."""
    return in_channels(np.stack([read_image(path) for path in paths]), variant.data)


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
    made = argparse.ArgumentParser(prog="digitforge", description="Use the models that `dvc repro` trained.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Any, *, key: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        if key:
            added.add_argument("key", metavar="KEY", help="a trained variant; `digitforge variants` lists them")
        return added

    command(variants, key=False)
    of_sample = command(sample)
    of_sample.add_argument("-n", type=int, default=64, help="number of images (64)")
    of_sample.add_argument("--seed", type=int, default=0, help="the same seed, the same images (0)")
    of_sample.add_argument("--label", type=int, help="generate this label, where the variant can")
    of_sample.add_argument("-o", "--output", type=Path, required=True, help="a .png, or an .npz with `images`")
    of_reconstruct = command(reconstruct)
    of_reconstruct.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="image files, or folders of them")
    of_reconstruct.add_argument("-o", "--output", type=Path, required=True, help="a .png")
    of_score = command(score, key=False)
    of_score.usage = "digitforge score [-h] [-o OUTPUT] [KEY] IMAGE [IMAGE ...]"
    of_score.add_argument(
        "images",
        type=Path,
        nargs="+",
        metavar="[KEY] IMAGE",
        help="a trained variant, by default the best VAE; then image files, or folders of them",
    )
    of_score.add_argument("-o", "--output", type=Path, help="a .csv, with the same columns")
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
        options.run(options)


if __name__ == "__main__":
    main()
