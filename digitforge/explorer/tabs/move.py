"""Tab "Codes": move each coordinate of a code, and see the digit change."""

from typing import Any

import gradio as gr
import numpy as np

from digitforge.explorer import parts
from digitforge.explorer.coordinates import Axes, with_label
from digitforge.explorer.pictures import ONE_DIGIT, sheet
from digitforge.explorer.shelf import Shelf

SLIDERS = 12
AS_CODED = "as the code says"


def slider(axes: Axes, code: np.ndarray, position: int) -> dict[str, Any]:
    """The slider of the coordinate at a position of the order; none beyond the last."""
    if position >= len(axes.order):
        return gr.update(visible=False)
    i = axes.order[position]
    low, high = float(axes.low[i]), float(axes.high[i])
    step = float(10 ** (np.floor(np.log10(high - low)) - 2))
    low, high = (float(edge(end / step) * step) for edge, end in ((np.floor, low), (np.ceil, high)))
    value = round(float(np.clip(code[i], low, high)) / step) * step
    digits = max(0, int(-np.log10(step)) + 1)
    low, high, value = (round(number, digits) for number in (low, high, value))
    return gr.update(visible=True, minimum=low, maximum=high, step=round(step, digits), value=value, label=f"z {i}")


def pages(axes: Axes) -> list[tuple[str, int]]:
    """Which coordinates the sliders may move: (text, position of the first)."""
    count = len(axes.order)
    starts = range(0, count, SLIDERS)
    return [(f"{start + 1} to {min(start + SLIDERS, count)} of {count} by activity", start) for start in starts]


def draw(shelf: Shelf, key: str, code: np.ndarray) -> tuple[np.ndarray, str, dict[str, np.ndarray]]:
    """A code [code] as a picture, what the verifier reads in it, and both as arrays."""
    variant = shelf.variant(key)
    image = variant.decode(code[None])
    shown = variant.as_shown(image)
    labels, beliefs, _ = shelf.verifier().read(shown)
    text = shelf.answer(key, int(labels[0]), float(beliefs[0]))
    if variant.model.discrete:
        text += " This model's own codes are entries of a codebook; what a slider sets lies between them."
    return sheet(shown, 1, ONE_DIGIT), text, {"code": code, "image": image[0]}


def show(shelf: Shelf, key: str, code: np.ndarray, start: int) -> tuple[Any, ...]:
    """A code, its picture, and where its sliders stand."""
    axes = shelf.axes(key)
    return code, *draw(shelf, key, code), *(slider(axes, code, start + i) for i in range(SLIDERS))


def move(shelf: Shelf, position: int, key: str, code: np.ndarray, start: int, value: float) -> tuple[Any, ...]:
    """One coordinate goes where its slider is."""
    code = code.copy()
    code[shelf.axes(key).order[start + position]] = value
    return code, *draw(shelf, key, code)


def choose(shelf: Shelf, key: str) -> tuple[Any, ...]:
    """Another variant, at a code that it draws itself."""
    variant, found = shelf.variant(key), pages(shelf.axes(key))
    only_encoders = gr.update(visible=variant.encodes)
    return (
        parts.labels_of(variant, AS_CODED),
        gr.update(choices=found, value=0, visible=len(found) > 1),
        only_encoders,
        only_encoders,
        *show(shelf, key, variant.draw(1)[0], 0),
    )


def random_code(shelf: Shelf, key: str, label: int, start: int) -> tuple[Any, ...]:
    """A code by the variant's own sampler."""
    seed = int(np.random.default_rng().integers(2**31))
    return show(shelf, key, shelf.variant(key).draw(1, seed, parts.chosen(label))[0], start)


def from_test_image(shelf: Shelf, key: str, number: float, start: int) -> tuple[Any, ...]:
    """The code of a test image, whatever class it says."""
    images = shelf.test_images(key)
    code = shelf.variant(key).encode(images[[parts.whole(number) % len(images)]])[0]
    return gr.update(value=-1), *show(shelf, key, code, start)


def relabel(shelf: Shelf, key: str, code: np.ndarray, label: int, start: int) -> tuple[Any, ...]:
    """The same style as another class."""
    return show(shelf, key, with_label(code, parts.chosen(label), shelf.variant(key).classes or 0), start)


def build(shelf: Shelf) -> list[parts.VariantList]:
    """The tab -> its lists of variants."""
    code, made = gr.State(), gr.State()
    with gr.Row():
        with gr.Column(scale=2, min_width=280, elem_classes="stage"):
            image = parts.picture("Digit", elem_id="digit", elem_classes="", show_label=False)
            reading = gr.Markdown()
        with gr.Column(scale=3, min_width=300):
            key = parts.choice(shelf.trained)
            with gr.Row():
                drawn = gr.Button("Random code", size="md", min_width=120)
                number = gr.Number(0, label="test image no.", precision=0, minimum=0, min_width=90)
                encoded = gr.Button("Code of the test image", size="md", min_width=120)
            with gr.Row():
                label = parts.label_choice("Class", AS_CODED)
                start = gr.Dropdown([("", 0)], value=0, label="Sliders move the coordinates", interactive=True)
            with gr.Row(elem_classes="sliders"):
                sliders = [gr.Slider(-1, 1, 0, min_width=200, interactive=True) for _ in range(SLIDERS)]
            parts.download("Download code and digit (npz)", "code", made)
    picture_of = [code, image, reading, made]
    outputs = [*picture_of, *sliders]
    asked: dict[str, Any] = {"concurrency_id": parts.MODEL, "show_progress": "minimal"}
    key.change(
        parts.told(choose, shelf), key, [label, start, number, encoded, *outputs], api_name="open_codes", **asked
    )
    drawn.click(parts.told(random_code, shelf), [key, label, start], outputs, api_name="random_code", **asked)
    encoded.click(
        parts.told(from_test_image, shelf), [key, number, start], [label, *outputs], api_name="encode", **asked
    )
    label.input(parts.told(relabel, shelf), [key, code, label, start], outputs, api_name="relabel", **asked)
    start.input(parts.told(show, shelf), [key, code, start], outputs, api_visibility="private", **asked)
    # Without the queue an answer takes one request and not three.
    live: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}
    for position, one in enumerate(sliders):
        moved = parts.told(move, shelf, position)
        one.input(moved, [key, code, start, one], picture_of, api_name=f"move_{position}", **live)
    return [parts.VariantList(key, shelf.trained)]
