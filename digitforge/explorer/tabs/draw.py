"""Tab "Draw or upload": what a model makes of an image of yours, and how strange it finds it."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from gradio.data_classes import FileData
from PIL import Image

from digitforge import Variant, Verifier
from digitforge.data.image_files import open_image
from digitforge.data.noise import add_noise
from digitforge.data.preparation import Step
from digitforge.errors import UserError
from digitforge.explorer import parts
from digitforge.explorer.coordinates import reach
from digitforge.explorer.drawing import RULE, as_models_take, is_empty
from digitforge.explorer.pictures import ONE_DIGIT, code_chart, reading_chart, score_chart, sheet
from digitforge.explorer.shelf import Shelf

CANVAS = 280
BRUSH = 22  # pixels of the canvas: MNIST's pens are about two of its pixels wide
PAPER = Image.new("RGB", (CANVAS, CANVAS), "white")
INVITATION = "Draw a digit, as large as you like, or upload an image."
DENOISING = (
    "**Denoised**: Gaussian noise of the chosen deviation is added to what the model sees, and the same variant "
    "reconstructs that. `ae_denoising` was trained to do so: choose it to compare."
)


class Opinion(NamedTuple):
    """What is known of one image `seen`; images are [H, W, C] uint8."""

    seen: np.ndarray
    reconstruction: np.ndarray
    noisy: np.ndarray
    denoised: np.ndarray
    code: np.ndarray  # [code]
    score: float
    percentile: float
    probabilities: np.ndarray  # [C, K]
    label: int  # the likeliest reading
    belief: float


def opinion(variant: Variant, verifier: Verifier, seen: np.ndarray, sigma: float) -> Opinion:
    """Ask a variant and the verifier about an image [H, W, C] uint8; `sigma` is the noise to take off again."""
    image = seen[None]
    noisy = add_noise(image, sigma, seed=0)
    # As stage `sample` does it: noise on a binary image stays grey, and isn't thresholded away.
    denoised = variant.decode(variant.model.encode(noisy, 0)[0])
    code = variant.encode(image)
    labels, beliefs, probabilities = verifier.read(image)
    return Opinion(
        seen=seen,
        reconstruction=variant.as_shown(variant.decode(code))[0],
        noisy=noisy[0],
        denoised=variant.as_shown(denoised)[0],
        code=code[0],
        score=float(variant.anomaly_score(image)[0]),
        percentile=float(variant.anomaly_percentile(image)[0]),
        probabilities=probabilities[0],
        label=int(labels[0]),
        belief=float(beliefs[0]),
    )


def in_words(found: Opinion, answer: str) -> str:
    """The opinion as sentences; answer: the verifier's, of `reading.answer`."""
    return (
        f"Anomaly score **{found.score:.3g}**: at least as strange as **{found.percentile:.0f} %** of the test images "
        f"that the model could know. {answer}"
    )


def examine(
    shelf: Shelf, key: str, drawn: dict[str, Any] | None, to_ink: bool, sigma: float, taken: int | None = None
) -> tuple[Any, ...]:
    """-> four pictures, the steps, a sentence, three charts and the arrays; an invitation while nothing is drawn.

    taken: the number of a test digit, which needs no preparation, in the place of what is drawn.
    """
    if key is None or (taken is None and is_empty(drawn)):
        return None, None, None, None, [], INVITATION, None, None, None, None
    variant = shelf.variant(key)
    steps: list[Step] = []
    if taken is not None:
        digits = shelf.test_images(key)
        seen = digits[taken % len(digits)]
    elif drawn is not None:
        seen, steps = as_models_take(drawn, variant, to_ink=to_ink)
    found = opinion(variant, shelf.verifier(), seen, sigma)
    images = (found.seen, found.reconstruction, found.noisy, found.denoised)
    charts = (
        reading_chart(found.probabilities, shelf.verifier().names),
        score_chart(variant.known_scores, found.score),
        code_chart(found.code, *reach(variant.training_codes)),
    )
    said = in_words(found, shelf.answer(key, found.label, found.belief))
    arrays = {name: np.asarray(value) for name, value in found._asdict().items()}
    shown = [(step.picture, step.done) for step in steps]
    return *(sheet(image[None], 1, ONE_DIGIT) for image in images), shown, said, *charts, arrays


def take_test_digit(shelf: Shelf, key: str, to_ink: bool, sigma: float) -> tuple[Any, ...]:
    """A test digit -> its picture for the editor, its number, and what `examine` gives."""
    images = shelf.test_images(key)
    taken = int(np.random.default_rng().integers(len(images)))
    picture = Image.fromarray(images[taken].squeeze()).convert("RGB")
    enlarged = picture.resize((CANVAS, CANVAS), Image.Resampling.NEAREST)
    return enlarged, taken, *examine(shelf, key, None, to_ink, sigma, taken)


def uploaded(file: FileData | bytes | None, **_: Any) -> Image.Image | None:
    """The picture of a file that a browser sent, in the place of Gradio's own reading, which decodes any size."""
    if file is None:
        return None
    named = Sent(file if isinstance(file, bytes) else Path(file.path).read_bytes())
    try:
        return open_image(named)
    except UserError as error:
        raise gr.Error(str(error), title="This can't be done", print_exception=False) from None


class Sent(io.BytesIO):
    """A file that was sent; errors call it the upload."""

    def __str__(self) -> str:
        return "the upload"


def build(shelf: Shelf) -> list[parts.VariantList]:
    """The tab -> its lists of variants."""
    made, taken = gr.State(), gr.State()
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            key = parts.choice(shelf.encoders)
            editor = gr.ImageEditor(
                PAPER,  # with it, the brush is at hand at once
                type="pil",
                label="Your image",
                elem_id="canvas",
                canvas_size=(CANVAS, CANVAS),
                sources=["upload", "clipboard"],
                brush=gr.Brush(default_size=BRUSH, colors=["#000000"], color_mode="fixed"),
                layers=False,
                transforms=(),
                buttons=[],
            )
            editor.convert_and_format_image = uploaded  # type: ignore[method-assign, assignment]
            digit = gr.Button("Take a test digit", size="sm")
            to_ink = gr.Checkbox(shelf.of_ink(), label="Fit to the ink", visible=not shelf.of_pictures())
            sigma = gr.Slider(0, 1, 0.5, step=0.05, label="deviation of the noise to take off")
        with gr.Column(scale=3, min_width=300):
            said = gr.Markdown(INVITATION)
            with gr.Row():
                names = ("as seen", "reconstruction", "with noise", "denoised")
                pictures = [parts.picture(name, min_width=130, elem_id=f"look-{i}") for i, name in enumerate(names)]
            with gr.Row():
                charts = [gr.Plot(show_label=False, min_width=280, elem_classes="chart") for _ in range(3)]
            parts.download("Download images, code and scores (npz)", "opinion", made)
            with gr.Accordion("How the image got to the model, and what denoising means", open=False):
                steps = gr.Gallery(label="steps", columns=5, height=160, object_fit="contain", elem_id="steps")
                gr.Markdown(f"{RULE}\n\n{DENOISING}")
    outputs = [*pictures, steps, said, *charts, made]
    asked: dict[str, Any] = {"concurrency_id": parts.MODEL, "show_progress": "minimal", "trigger_mode": "always_last"}
    # A value that comes from here is no change that the editor tells of.
    take = parts.told(take_test_digit, shelf)
    digit.click(take, [key, to_ink, sigma], [editor, taken, *outputs], api_visibility="private", **asked)
    # What is drawn replaces a test digit.
    look, looked_at = parts.told(examine, shelf), [key, editor, to_ink, sigma]
    gr.on([editor.change, editor.input], lambda: None, None, taken, **parts.UNSEEN)
    gr.on([editor.change, editor.input], look, looked_at, outputs, api_name="look", **asked)
    again = [key.change, to_ink.change, sigma.release]
    gr.on(again, look, [*looked_at, taken], outputs, api_visibility="private", **asked)
    return [parts.VariantList(key, shelf.encoders)]
