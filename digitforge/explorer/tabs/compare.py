"""Tab "Compare": two variants side by side, at the same task."""

from typing import Any

import gradio as gr
import numpy as np

from digitforge.explorer import parts
from digitforge.explorer.pictures import interleaved, sheet
from digitforge.explorer.shelf import Shelf
from digitforge.explorer.tabs.generate import said_of

COLUMNS = 10
SAMPLES, RECONSTRUCTIONS = "samples of the same seed", "reconstructions of the same test digits"


def one_side(shelf: Shelf, key: str, task: str, count: int, seed: int) -> tuple[np.ndarray, str, np.ndarray]:
    """A variant at its task -> a picture, what the verifier reads, and the images [N, H, W, C]."""
    variant = shelf.variant(key)
    if task == SAMPLES:
        images = variant.sample(count, seed)
        shown = variant.as_shown(images)
        picture = sheet(shown, COLUMNS)
    else:
        known = shelf.test_images(key)
        rows = min(count, len(known)) // COLUMNS  # whole ones, so that pairs stay below each other
        originals = known[np.random.default_rng(seed).choice(len(known), rows * COLUMNS, replace=False)]
        images = variant.reconstruct(originals)
        shown = variant.as_shown(images)
        picture = sheet(interleaved(originals, shown, COLUMNS), COLUMNS)
    return picture, said_of(shelf, key, shown), images


def compare(shelf: Shelf, left: str, right: str, task: str, count: int, seed: float) -> tuple[Any, ...]:
    """-> a picture and a sentence for each side, and the images of both as arrays."""
    sides = [one_side(shelf, key, task, int(count), parts.whole(seed)) for key in (left, right)]
    made = {f"{side}_{key}": images for side, key, (_, _, images) in zip("ab", (left, right), sides, strict=True)}
    return *(part for picture, text, _ in sides for part in (picture, text)), made


def build(shelf: Shelf, tab: gr.Tab) -> list[parts.VariantList]:
    """The tab -> its lists of variants."""
    made = gr.State()
    with gr.Row():
        task = gr.Radio([SAMPLES, RECONSTRUCTIONS], value=SAMPLES, label="Task", min_width=300)
        count = gr.Slider(10, 100, 50, step=10, label="images", min_width=150)
        seed = gr.Number(0, label="seed", precision=0, minimum=0, min_width=100)
    keys, shown = [], []
    with gr.Row():
        for side in ("A", "B"):
            with gr.Column(min_width=300):
                keys.append(parts.choice(shelf.trained, f"Variant {side}"))
                shown += [parts.picture(side, show_label=False, elem_id=f"side-{side}"), gr.Markdown()]
    with gr.Accordion("What is compared", open=False):
        gr.Markdown(
            "The seed gives both variants the same random numbers, and the same test digits. Of reconstructions the "
            "upper row of each pair is the original, as the variant's data has it: grey, thresholded, or stacked."
        )
    parts.download("Download images (npz)", "comparison", made)
    gr.on(
        [tab.select, *(key.input for key in keys), task.change, count.release, seed.change],
        parts.told(compare, shelf),
        [*keys, task, count, seed],
        [*shown, made],
        concurrency_id=parts.MODEL,
        show_progress="minimal",
        trigger_mode="always_last",
        api_name="compare",
    )
    return [parts.VariantList(key, shelf.trained, second) for second, key in zip((False, True), keys, strict=True)]
