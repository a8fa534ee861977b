"""What every tab is made of: choices, pictures, downloads, and errors that a user can act on."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from digitforge.errors import UserError
from digitforge.explorer.shelf import Choices
from digitforge.variant import Variant

MODEL = "model"  # events that compute share one queue: two at once would only slow each other down
# Of an event that only prepares the next one.
UNSEEN: dict[str, Any] = {"concurrency_id": MODEL, "api_visibility": "private", "show_progress": "hidden"}


def told(answer: Callable[..., Any], *first: Any) -> Callable[..., Any]:
    """An event's function with its `first` arguments, whose UserError the page shows as a message."""

    def safely(*values: Any) -> Any:
        try:
            return answer(*first, *values)
        except UserError as error:
            raise gr.Error(str(error), title="This can't be done", print_exception=False) from None
        except FileNotFoundError as error:
            text = f"{error.filename}: no such file; `dvc repro` makes it"
            raise gr.Error(text, title="This can't be done", print_exception=False) from None

    return safely


class VariantList(NamedTuple):
    """A list of variants, filled when the page opens. `second`: it begins with another one than the other lists do."""

    dropdown: gr.Dropdown
    offered: Callable[[], Choices]
    second: bool = False

    def filled(self, favourite: str | None) -> dict[str, Any]:
        """The list as it is now, at `favourite` if that is offered; empty when there is nothing to offer."""
        choices = self.offered()
        keys = sorted((key for _, key in choices), key=lambda key: key != favourite)
        value = keys[1 if self.second and len(keys) > 1 else 0] if keys else None
        return gr.update(choices=choices, value=value)


def choice(offered: Callable[[], Choices], label: str = "Variant") -> gr.Dropdown:
    """The dropdown of a list of variants."""
    return gr.Dropdown(label=label, choices=offered(), value=None, interactive=True, min_width=300)


def label_choice(label: str, none: str) -> gr.Dropdown:
    """A list of classes, for variants that generate by class; `none` is no choice."""
    return gr.Dropdown(label=label, choices=[(none, -1)], value=-1, interactive=True, visible=False)


def labels_of(variant: Variant, none: str) -> dict[str, Any]:
    """The list of `label_choice` for a variant: the labels that it can generate by."""
    labels = variant.labels or []
    choices = [(none, -1), *zip(variant.names if labels else [], labels, strict=True)]
    return gr.update(choices=choices, value=-1, visible=bool(labels))


def chosen(label: int | None) -> int | None:
    """A class, or None if no class is chosen."""
    return None if label is None or label < 0 else label


def whole(number: float | None) -> int:
    """What a number field says; 0 where it is empty."""
    return int(number or 0)


def picture(label: str, **settings: Any) -> gr.Image:
    """An image that can be downloaded as PNG."""
    settings = {"elem_classes": "below"} | settings
    return gr.Image(label=label, format="png", interactive=False, buttons=["download"], **settings)


@cache
def downloads() -> tempfile.TemporaryDirectory[str]:
    """Where files to download are written, gone with the process; Gradio serves copies of its own."""
    return tempfile.TemporaryDirectory(prefix="digitforge-")


def download(text: str, name: str, made: gr.State) -> None:
    """A button that downloads the arrays of a state, {name: array}, as NAME.npz."""
    button = gr.Button(text, size="sm", min_width=120)
    file = gr.DownloadButton(visible="hidden", elem_id=f"file-{name}")

    def write(arrays: dict[str, np.ndarray] | None) -> str:
        if not arrays:
            raise UserError("nothing is made yet, so there is nothing to download")
        path = Path(tempfile.mkdtemp(dir=downloads().name)) / f"{name}.npz"
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
        return str(path)

    click = f"() => document.querySelector('#file-{name} a, a#file-{name}, #file-{name}')?.click()"
    button.click(told(write), made, file, api_visibility="private").success(None, js=click)
