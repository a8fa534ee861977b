"""Tab "Draw or upload": what a model makes of an image of yours, and how strange it finds it."""

from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from PIL import Image

from digitforge import Variant, Verifier
from digitforge.data.noise import add_noise
from digitforge.explorer import parts
from digitforge.explorer.coordinates import reach
from digitforge.explorer.drawing import RULE, as_models_take, is_empty
from digitforge.explorer.pictures import ONE_DIGIT, code_chart, reading_chart, score_chart, sheet
from digitforge.explorer.shelf import Shelf
from digitforge.reading import answer

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
    probabilities: np.ndarray  # [C, 10]
    threshold: float  # the belief from which on the image is recognised


def opinion(variant: Variant, verifier: Verifier, seen: np.ndarray, sigma: float) -> Opinion:
    """Ask a variant and the verifier about an image [H, W, C] uint8; `sigma` is the noise to take off again."""
    image = seen[None]
    noisy = add_noise(image, sigma, seed=0)
    # As stage `sample` does it: noise on a binary image stays grey, and isn't thresholded away.
    denoised = variant.decode(variant.model.encode(noisy, 0)[0])
    code = variant.encode(image)
    return Opinion(
        seen=seen,
        reconstruction=variant.as_shown(variant.decode(code))[0],
        noisy=noisy[0],
        denoised=variant.as_shown(denoised)[0],
        code=code[0],
        score=float(variant.anomaly_score(image)[0]),
        percentile=float(variant.anomaly_percentile(image)[0]),
        probabilities=verifier.read(image)[2][0],
        threshold=verifier.threshold(image.shape[3], binary=variant.binary),
    )


def in_words(found: Opinion) -> str:
    """The opinion as a sentence."""
    digits = "".join(str(digit) for digit in found.probabilities.argmax(axis=1)[::-1])
    belief = float(found.probabilities.max(axis=1).prod())
    return (
        f"Anomaly score **{found.score:.3g}**: at least as strange as **{found.percentile:.0f} %** of the test digits "
        f"that the model could know. {answer(digits, belief, found.threshold)}"
    )


def examine(shelf: Shelf, key: str, drawn: dict[str, Any] | None, to_ink: bool, sigma: float) -> tuple[Any, ...]:
    """-> four pictures, a sentence, three charts and the arrays; nothing but an invitation while nothing is drawn."""
    drawing = None if drawn is None else drawn["composite"]
    if key is None or drawing is None or is_empty(drawing):
        return None, None, None, None, INVITATION, None, None, None, None
    variant = shelf.variant(key)
    seen = as_models_take(drawing, channels=variant.shape[2], binary=variant.binary, to_ink=to_ink)
    found = opinion(variant, shelf.verifier(), seen, sigma)
    images = (found.seen, found.reconstruction, found.noisy, found.denoised)
    charts = (
        reading_chart(found.probabilities),
        score_chart(variant.known_scores, found.score),
        code_chart(found.code, *reach(variant.training_codes)),
    )
    arrays = {name: np.asarray(value) for name, value in found._asdict().items()}
    return *(sheet(image[None], 1, ONE_DIGIT) for image in images), in_words(found), *charts, arrays


def take_test_digit(shelf: Shelf, key: str, to_ink: bool, sigma: float) -> tuple[Any, ...]:
    """A test digit as if it had been uploaded -> that, and what `examine` gives."""
    images = shelf.test_images(key)
    image = images[np.random.default_rng().integers(len(images))]
    picture = Image.fromarray(image.squeeze()).convert("RGB").resize((CANVAS, CANVAS), Image.Resampling.NEAREST)
    return picture, *examine(shelf, key, {"composite": picture}, to_ink, sigma)


def build(shelf: Shelf) -> list[parts.VariantList]:
    """The tab -> its lists of variants."""
    made = gr.State()
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
            digit = gr.Button("Take a test digit", size="sm")
            to_ink = gr.Checkbox(True, label="Fit to the ink")
            sigma = gr.Slider(0, 1, 0.5, step=0.05, label="deviation of the noise to take off")
        with gr.Column(scale=3, min_width=300):
            said = gr.Markdown(INVITATION)
            with gr.Row():
                names = ("as seen", "reconstruction", "with noise", "denoised")
                pictures = [parts.picture(name, min_width=130, elem_id=f"look-{i}") for i, name in enumerate(names)]
            with gr.Row():
                charts = [gr.Plot(show_label=False, min_width=280, elem_classes="chart") for _ in range(3)]
            parts.download("Download images, code and scores (npz)", "opinion", made)
            with gr.Accordion("How an image gets to the model, and what denoising means", open=False):
                gr.Markdown(f"{RULE}\n\n{DENOISING}")
    outputs = [*pictures, said, *charts, made]
    asked: dict[str, Any] = {"concurrency_id": parts.MODEL, "show_progress": "minimal", "trigger_mode": "always_last"}
    # A value that comes from here is no change that the editor tells of.
    taken = parts.told(take_test_digit, shelf)
    digit.click(taken, [key, to_ink, sigma], [editor, *outputs], api_visibility="private", **asked)
    gr.on(
        [editor.change, editor.input, key.change, to_ink.change, sigma.release],
        parts.told(examine, shelf),
        [key, editor, to_ink, sigma],
        outputs,
        api_name="look",
        **asked,
    )
    return [parts.VariantList(key, shelf.encoders)]
