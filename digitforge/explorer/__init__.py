"""A page on 127.0.0.1 to play with the trained variants: `python -m digitforge.explorer`.

`coordinates`, `pictures` and `drawing` are pure functions of arrays; `shelf` loads what is trained; a file in `tabs`
is a tab of the page, `page` puts them together. TensorFlow is imported while the page is already served.
"""
