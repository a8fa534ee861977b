"""The page: its tabs, what fills their lists when it opens, and its style."""

from typing import Any

import gradio as gr

from digitforge.explorer.parts import VariantList, told
from digitforge.explorer.shelf import NOTHING, Shelf
from digitforge.explorer.tabs import compare, draw, generate, interpolate, move

HOUR = 3600  # seconds; pictures that are older are deleted

# Fonts of the system alone: nothing is fetched from elsewhere.
THEME = gr.themes.Default(
    primary_hue=gr.themes.colors.blue, font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)

# Pixels stay squares, below labels and buttons; on a narrow screen the digit stays in sight while sliders move, and a
# strip scrolls.
CSS = """
.stage img, .below img { image-rendering: pixelated; width: 100%; }
.below .image-container { padding-top: 2rem; }
@media (max-width: 700px) {
  #strip .image-frame { overflow-x: auto; justify-content: start; }
  #strip img { width: auto; max-width: none; height: 4rem; }
  .stage { position: sticky; top: 0; z-index: 5; background: var(--body-background-fill); }
  .stage img { max-height: 40vh; object-fit: contain; }
}
"""


def heading(source: str | None) -> str:
    """The page's title, and the data set that the variants learnt."""
    return "# digitforge explorer\nThe trained variants, to play with." + (f" Data: {source}." if source else "")


def opening(shelf: Shelf, lists: list[VariantList]) -> list[Any]:
    """What a page that opens shows: the tabs, with their lists filled, or what to run when nothing is trained."""
    some, favourite = bool(shelf.trained()), shelf.favourite()
    shown = [gr.update(visible=not some), gr.update(visible=some)]
    return [heading(shelf.source()), *shown, *(one.filled(favourite) for one in lists)]


def page(shelf: Shelf) -> gr.Blocks:
    """The whole page."""
    with gr.Blocks(title="digitforge explorer", analytics_enabled=False, delete_cache=(HOUR, HOUR)) as blocks:
        title = gr.Markdown(heading(shelf.source()))
        nothing = gr.Markdown(NOTHING, visible=False, elem_id="nothing")
        with gr.Tabs(visible=False) as tabs:
            with gr.Tab("Codes"):
                lists = move.build(shelf)
            with gr.Tab("Interpolate") as tab:
                lists += interpolate.build(shelf, tab)
            with gr.Tab("Generate") as tab:
                lists += generate.build(shelf, tab)
            with gr.Tab("Draw or upload"):
                lists += draw.build(shelf)
            with gr.Tab("Compare") as tab:
                lists += compare.build(shelf, tab)
        blocks.load(
            told(opening, shelf, lists),
            outputs=[title, nothing, tabs, *(one.dropdown for one in lists)],
            api_visibility="private",
        )
    return blocks
