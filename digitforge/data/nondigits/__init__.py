"""Images that are no digits, made from digits or from nothing: what a judge must refuse."""
