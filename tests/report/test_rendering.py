import pytest

from digitforge.report.rendering import render, without_tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
        ("<svg/onload=alert(1)>", "&lt;svg/onload=alert(1)>"),
        ("<!-- and so on", "&lt;!-- and so on"),
        ("p(z_i | z_{<i}), 1 < 2, a <- b", "p(z_i | z_{<i}), 1 < 2, a <- b"),
    ],
)
def test_tags_from_outside_are_text_in_markdown(tmp_path, text, expected):
    assert without_tags(text) == expected
    (tmp_path / "page.md.jinja").write_text("<details>{{ title }}</details>", encoding="utf-8")
    assert render("page.md", {"title": text}, tmp_path) == f"<details>{expected}</details>"


def test_tags_and_quotes_are_text_in_html(tmp_path):
    (tmp_path / "page.html.jinja").write_text("<b title='{{ title }}'>", encoding="utf-8")
    assert render("page.html", {"title": "'><script>"}, tmp_path) == "<b title='&#39;&gt;&lt;script&gt;'>"
