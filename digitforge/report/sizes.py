"""How many images the pages show."""

GALLERY = 10  # samples of each model in the galleries, below as many test images
GRID = 100  # samples of a model on its card
ROW = 10  # images in a row on a card
