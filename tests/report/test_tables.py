import pytest

from digitforge.data.modes import Mode
from digitforge.metrics.catalogue import metric
from digitforge.report.numbers import measured, percent
from digitforge.report.tables import (
    Column,
    at,
    best,
    grouped,
    line,
    markdown,
    mode_name,
    of_companion,
    of_metric,
    ranked,
    table,
)


def row(key, data="mono-binary-complete", **details):
    mode = Mode.parse(data)
    return {"key": key, "data": mode, "stacked": mode.color, "details": details}


def shown(*arguments):
    return markdown(table(*arguments))


def estimate(value, ci95=0.3):
    return {"value": value, "ci95": ci95}


UP = Column("up", at("a/b"), measured, metric=metric("samples.recall"))
DOWN = Column("down", at("c"), measured, metric=metric("samples.fid"))
ROWS = [
    row("one", a={"b": estimate(1.0)}, c=estimate(5.0)),
    row("two", a={"b": estimate(2.0)}, c=estimate(7.0)),
    row("three", a={"b": estimate(0.5)}),
    row("none", other=1),
]


@pytest.mark.parametrize(("path", "expected"), [("a/b", 1), ("a/x", None), ("x", None), ("a/b/c", None)])
def test_what_is_not_there_is_none(path, expected):
    assert at(path)(row("x", a={"b": 1})) == expected


def test_the_best_is_the_highest_or_the_lowest_of_those_that_have_a_value():
    assert best(ROWS, UP)["key"] == "two"
    assert best(ROWS, DOWN)["key"] == "one"
    assert best(ROWS, UP._replace(contest=False)) is None
    assert best(ROWS, UP._replace(metric=metric("samples.density"))) is None
    assert best(ROWS, UP._replace(metric=None)) is None
    assert best([ROWS[3]], UP) is None


def test_ranks_begin_with_the_best():
    assert [row["key"] for row in ranked(ROWS[:3], UP)] == ["two", "one", "three"]
    assert [row["key"] for row in ranked(ROWS[:2], DOWN)] == ["one", "two"]


def test_a_table_has_a_linked_row_for_each_variant_with_a_number_and_the_best_in_bold():
    assert shown(ROWS, [UP, DOWN]).splitlines() == [
        "| model | up | down |",
        "|:--|--:|--:|",
        "| [one](cards/one.md) | 1.0 ± 0.3 | **5.0 ± 0.3** |",
        "| [two](cards/two.md) | **2.0 ± 0.3** | 7.0 ± 0.3 |",
        "| [three](cards/three.md) | 0.5 ± 0.3 | – |",
    ]


def test_a_bar_in_a_cell_ends_no_column():
    assert line(["q(z|x)", r"p(x\|z)"]) == r"| q(z\|x) | p(x\|z) |"


def test_a_single_row_is_not_the_best_of_anything():
    assert "**" not in shown(ROWS[:1], [UP])


def test_all_that_read_like_the_best_are_bold_unless_most_rows_do():
    close = [
        row("a", c=estimate(5.04)),
        row("b", c=estimate(5.0)),
        row("c", c=estimate(9.0)),
        row("d", c=estimate(8.0)),
    ]
    assert shown(close, [DOWN]).count("**5.0 ± 0.3**") == 2
    assert "**" not in shown(close[:3], [DOWN])


def test_a_column_that_nobody_has_is_left_out_and_a_table_without_rows_is_empty():
    assert shown([ROWS[2]], [UP, DOWN]).splitlines()[0] == "| model | up |"
    assert shown([ROWS[3]], [UP, DOWN]) == ""


def test_what_stands_beside_is_in_italics_and_never_the_best():
    lines = shown(ROWS, [UP], {"real": row("real", a={"b": estimate(9.0)}), "empty": row("empty")}).splitlines()
    assert lines[-1] == "| *real* | 9.0 ± 0.3 |"
    assert "| [two](cards/two.md) | **2.0 ± 0.3** |" in lines


def test_groups_are_the_data_modes_and_the_best_is_that_of_each():
    rows = [*ROWS[:2], row("stack", "color-float-missing", a={"b": estimate(3.0)})]
    text = markdown(grouped(rows, [UP], 8))
    assert text.index("Single digits, thresholded (`mono-binary-complete`):") < text.index("Stacks of three")
    assert "| [two](cards/two.md) | **2.0 ± 0.3** |" in text
    assert "| [stack](cards/stack.md) | 3.0 ± 0.3 |" in text


def test_modes_in_words():
    assert mode_name(Mode.parse("color-float-missing"), 3) == (
        "Stacks of three digits, grey, trained without the 3 (`color-float-missing`)"
    )
    assert mode_name(Mode.parse("color-binary-complete"), 3, pictures=True) == (
        "Pictures in colour, thresholded (`color-binary-complete`)"
    )


def test_percent_column():
    assert "| 90.0 ± 1.0 % |" in shown([row("x", p=estimate(0.9, 0.01))], [Column("p", at("p"), percent)])


def test_heads_say_what_a_metric_means_and_cells_what_to_sort_by():
    fid = of_metric("samples.fid")
    [found] = table([row("x", samples={"fid": estimate(3.25)}), row("y", samples={"fid": estimate(2.0)})], [fid])
    assert [head.title for head in found.heads] == ["model", "FID"]
    assert found.heads[1].meaning.startswith("Frechet distance (FID): Squared distance between Gaussians")
    assert not found.heads[1].left
    assert [(line[0].key, line[1].value, line[1].bold) for line in found.lines] == [
        ("x", 3.25, False),
        ("y", 2.0, True),
    ]


@pytest.mark.parametrize(
    ("key", "place", "start"),
    [
        ("denoising.psnr_db", "denoising/levels/0.5/model", "PSNR, denoised"),
        ("samples.recall", "samples/baseline", "Recall: "),
        ("reconstruction.psnr_db", "compression/codes/4", "PSNR: "),
    ],
)
def test_a_number_means_the_same_wherever_it_stands(key, place, start):
    column = of_metric(key).within(place, "x")
    assert column.title == "x"
    assert column.head.meaning.startswith(start)
    assert column.find.path == f"{place}/{metric(key).name}"


def test_a_floor_stands_beside_its_metric():
    column = of_companion("samples.kl_nats", "its floor")
    assert column.find.path == "samples/kl_floor_nats"
    assert column.head.meaning == ""
    with pytest.raises(ValueError, match=r"samples\.fid.*companion"):
        of_companion("samples.fid", "its floor")
