"""How many images the pages and `dvc plots` show."""

GALLERY = 10  # samples of each model in the galleries, below as many test images
GRID = 100  # samples of a model on its card
PLOTTED = 50  # samples of a model in `dvc plots`
ROW = 10  # images in a row, on a card and in `dvc plots`
