"""Tab "Generate": new digits, by class where the model can, and how many the verifier recognises."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from digitforge.explorer import parts
from digitforge.explorer.pictures import sheet
from digitforge.explorer.shelf import Shelf

COLUMNS = 10
MOST_NAMED = 26  # classes that are counted one by one
ANY = "any"


def tally(
    labels: np.ndarray, beliefs: np.ndarray, threshold: float, name_of: Callable[[int], str], wanted: int | None
) -> str:
    """In words: how many images the verifier recognises, and as what. labels: [N], beliefs: [N] in 0..1."""
    recognised = beliefs >= threshold
    needed = f"belief of at least {threshold:.0%}, as 95 % of real images"
    text = f"The verifier recognises **{recognised.sum()} of {len(labels)}** ({needed})"
    if wanted is not None:
        return f"{text}, {np.sum(recognised & (labels == wanted))} of them as {name_of(wanted)}."
    found, counts = np.unique(labels[recognised], return_counts=True)
    if len(found) > MOST_NAMED:
        return f"{text}, as {len(found)} different ones."
    named = (f"{count} × {name_of(label)}" for label, count in zip(found.tolist(), counts, strict=True))
    return f"{text}: {', '.join(named)}."


def said_of(shelf: Shelf, key: str, shown: np.ndarray, wanted: int | None = None) -> str:
    """What the verifier makes of images [N, H, W, C] uint8 of a variant. wanted: the label that they should be of."""
    verifier = shelf.verifier()
    labels, beliefs, _ = verifier.read(shown)
    name_of = partial(verifier.name_of, channels=shown.shape[3])
    return tally(labels, beliefs, shelf.threshold(key), name_of, wanted)


def generate(shelf: Shelf, key: str, count: int, seed: float, label: int) -> tuple[Any, ...]:
    """-> a grid, what the verifier reads in it, and the images as arrays."""
    variant, wanted = shelf.variant(key), parts.chosen(label)
    images = variant.sample(int(count), parts.whole(seed), wanted)
    shown = variant.as_shown(images)
    return (
        sheet(shown, COLUMNS if count <= 100 else 2 * COLUMNS),
        said_of(shelf, key, shown, wanted),
        {"images": images},
    )


def choose(shelf: Shelf, key: str) -> dict[str, Any]:
    """The classes that a variant can generate by."""
    return parts.labels_of(shelf.variant(key), ANY)


def build(shelf: Shelf, tab: gr.Tab) -> list[parts.VariantList]:
    """The tab -> its lists of variants."""
    made = gr.State()
    with gr.Row():
        with gr.Column(scale=2, min_width=280):
            key = parts.choice(shelf.trained)
            label = parts.label_choice("Class", ANY)
            count = gr.Slider(10, 400, 100, step=10, label="images")
            seed = gr.Number(0, label="seed", precision=0, minimum=0)
            again = gr.Button("Generate", variant="primary")
            reading = gr.Markdown()
            parts.download("Download images (npz)", "samples", made)
        with gr.Column(scale=3, min_width=300):
            grid = parts.picture("Samples", elem_id="samples", show_label=False)
    key.change(parts.told(choose, shelf), key, label, **parts.UNSEEN)
    gr.on(
        [tab.select, again.click],
        parts.told(generate, shelf),
        [key, count, seed, label],
        [grid, reading, made],
        concurrency_id=parts.MODEL,
        show_progress="minimal",
        api_name="generate",
    )
    return [parts.VariantList(key, shelf.trained)]
