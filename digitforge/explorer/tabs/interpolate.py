"""Tab "Interpolate": the way from one digit to another, through codes."""

from typing import Any

import gradio as gr
import numpy as np

from digitforge.explorer import parts
from digitforge.explorer.coordinates import between
from digitforge.explorer.pictures import sheet
from digitforge.explorer.shelf import Shelf

TEST, RANDOM = "two test digits", "two random codes"
EXPLAINED = {
    TEST: "The outermost two are the test digits themselves; between them, what their codes and the codes on the "
    "straight line from one to the other decode to.",
    RANDOM: "What two codes, drawn by the variant's sampler with these seeds, and those on the straight line between "
    "them decode to.",
}


def ends(shelf: Shelf, key: str, kind: str, numbers: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Two codes [2, code], and the test images [2 or 0, H, W, C] that they are of."""
    variant = shelf.variant(key)
    images = shelf.test_images(key)
    if kind == RANDOM:
        return np.concatenate([variant.draw(1, seed=number) for number in numbers]), images[:0]
    originals = images[np.array(numbers) % len(images)]
    return variant.encode(originals), originals


def interpolate(shelf: Shelf, key: str, kind: str, first: float, second: float, steps: int) -> tuple[Any, ...]:
    """-> a strip, what it shows, and the codes and images as arrays."""
    variant = shelf.variant(key)
    (start, end), originals = ends(shelf, key, kind, [parts.whole(first), parts.whole(second)])
    line = between(start, end, int(steps))
    images = variant.decode(line)
    shown = np.concatenate([originals[:1], variant.as_shown(images), originals[1:]])
    strip = sheet(shown, len(shown))
    return strip, EXPLAINED[kind], {"codes": line, "images": images}


def choose(shelf: Shelf, key: str) -> dict[str, Any]:
    """What can be interpolated depends on whether the variant encodes."""
    kinds = [TEST, RANDOM] if shelf.variant(key).encodes else [RANDOM]
    return gr.update(choices=kinds, value=kinds[0])


def others() -> tuple[int, int]:
    """Two other numbers."""
    first, second = np.random.default_rng().integers(10_000, size=2)
    return int(first), int(second)


def build(shelf: Shelf, tab: gr.Tab) -> list[parts.VariantList]:
    """The tab -> its lists of variants."""
    made = gr.State()
    with gr.Row():
        key = parts.choice(shelf.trained)
        kind = gr.Radio([TEST, RANDOM], value=TEST, label="Between", min_width=300)
    with gr.Row():
        first = gr.Number(0, label="first: number of the test digit, or seed", precision=0, minimum=0, min_width=150)
        second = gr.Number(1, label="second", precision=0, minimum=0, min_width=150)
        steps = gr.Slider(3, 20, 10, step=1, label="steps", min_width=150)
        other = gr.Button("Two others", min_width=150)
    strip = parts.picture("Interpolation", elem_id="strip", show_label=False)
    explained = gr.Markdown()
    parts.download("Download codes and images (npz)", "interpolation", made)
    key.change(parts.told(choose, shelf), key, kind, **parts.UNSEEN)
    other.click(others, None, [first, second], api_visibility="private", show_progress="hidden")
    gr.on(
        [tab.select, key.change, kind.change, first.change, second.change, steps.change],
        parts.told(interpolate, shelf),
        [key, kind, first, second, steps],
        [strip, explained, made],
        concurrency_id=parts.MODEL,
        show_progress="minimal",
        trigger_mode="always_last",
        api_name="interpolate",
    )
    return [parts.VariantList(key, shelf.trained)]
