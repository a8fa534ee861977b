"""Images as people bring them, made here: scans, colours, EMNIST's letters, Kaggle's CSV, photographed pages."""

import gzip
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from digitforge.data.idx import FILES, format_idx, parse_idx
from digitforge.data.places import from_scikit_learn
from tests.data import photographs

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPES = {"circle": "ellipse", "ring": "arc", "square": "rectangle"}
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono")


def digits():
    """scikit-learn's digits -> images [N, 28, 28] and labels [N]."""
    x_train, y_train, x_test, y_test = (parse_idx(from_scikit_learn()[name], name) for name in FILES)
    return np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])


def scans(folder, each=20):
    """Digits on white paper, scanned: a JPEG file each, in a sub-folder for each digit."""
    rng = np.random.default_rng(0)
    images, labels = digits()
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for i, image in enumerate(images[labels == digit][:each]):
            scan = photographs.photographed(photographs.drawn(image, 3), "even", rng, colour=(20, 30, 110))
            scan.convert("RGB").save(folder / str(digit) / f"scan{i:03}.jpg", quality=85)


def colours(folder, each=60):
    """Shapes on black, 40 x 32 pixels, each with a place and a colour of its own: a PNG file each, of three classes."""
    rng = np.random.default_rng(0)
    for name, kind in SHAPES.items():
        (folder / name).mkdir(parents=True)
        for i in range(each):
            image = Image.new("RGB", (40, 32))
            left, top = rng.integers(3, 15, 2).tolist()
            color = tuple(rng.permutation([250, int(rng.integers(0, 250)), 40]).tolist())
            paint = getattr(ImageDraw.Draw(image), kind)
            box = (left, top, left + 14, top + 14)
            paint(box, 0, 360, fill=color, width=3) if kind == "arc" else paint(box, fill=color)
            image.save(folder / name / f"{i:02}.png")


def letters(folder, each=40, test=10):
    """Letters in EMNIST's format: four IDX files, packed, labels from 1, images transposed."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for split, count in (("train", each), ("test", test)):
        labels = np.repeat(np.arange(1, 27), count)
        images = np.stack([letter(LETTERS[label - 1], rng) for label in labels])
        for what, number, array in (("images", 3, images.swapaxes(1, 2)), ("labels", 1, labels.astype(np.uint8))):
            path = folder / f"emnist-letters-{split}-{what}-idx{number}-ubyte.gz"
            path.write_bytes(gzip.compress(format_idx(array), 1))


def letter(name, rng):
    """A letter in some type, size and place, turned a little -> [28, 28] uint8."""
    path = Path(get_data_path()) / "fonts/ttf" / f"{rng.choice(FONTS)}.ttf"
    font = ImageFont.truetype(path, int(rng.integers(60, 84)))
    picture = Image.new("L", (112, 112))
    place = (56 + int(rng.integers(-6, 7)), 56 + int(rng.integers(-6, 7)))
    ImageDraw.Draw(picture).text(place, name, fill=255, font=font, anchor="mm")
    turned = picture.rotate(float(rng.uniform(-12, 12)), Image.Resampling.BICUBIC)
    return np.asarray(turned.resize((28, 28), Image.Resampling.LANCZOS))


def table(path, count=600):
    """Digits as Kaggle has them: `label,pixel0,...,pixel783`."""
    images, labels = digits()
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    rows = np.column_stack([labels[:count], images[:count].reshape(count, -1)])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, rows, fmt="%d", delimiter=",", header=header, comments="")


def pages(folder, names="012", each=48):
    """A photographed page of each digit, askew by five degrees and half in shadow."""
    images, labels = digits()
    for name in names:
        rng = np.random.default_rng(int(name))
        ink = photographs.page(images[labels == int(name)][:each], rng, degrees=5)
        (folder / name).mkdir(parents=True)
        page = photographs.photographed(ink, "shadow", rng, colour=(20, 20, 60))
        page.convert("RGB").save(folder / name / "page.jpg", quality=90)
