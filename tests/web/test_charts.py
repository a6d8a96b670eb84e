"""What a chart draws is what its table says, at every size of number."""

import pytest
from django.template.loader import render_to_string

from console.web.charts import Category, Datum, Series, columns, lines, meter, rows, spark
from console.web.charts.parts import nice_ceiling, ticks
from console.web.quantities import compact


def series(name, *values, tone="ok"):
    return Series(name, tone, [Datum(value) for value in values])


def a_column_chart(*many, labels=("Mon", "Tue")):
    return columns(
        id="c", title="Writes", description="By day.", first="Day", labels=labels, series=many
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1k"),
        (1_250, "1.2k"),
        (9_999, "9.9k"),
        (12_345, "12k"),
        (999_999, "999k"),
        (1_000_000, "1M"),
        (2_500_000_000, "2.5G"),
    ],
)
def test_a_number_takes_few_signs_and_is_never_rounded_up(number, text):
    assert compact(number) == text


@pytest.mark.parametrize(
    ("most", "step", "top"),
    [(0, 1, 1), (1, 1, 1), (4, 1, 4), (5, 2, 6), (17, 5, 20), (100, 50, 100), (101, 50, 150)],
)
def test_an_axis_has_whole_round_steps_and_reaches_past_the_greatest(most, step, top):
    assert nice_ceiling(most) == (step, top)


@pytest.mark.parametrize("most", [*range(300), 999, 12_345, 10**6 - 1, 10**9 + 7])
def test_every_axis_has_two_to_six_ticks_from_foot_to_top(most):
    top, grid = ticks(most)
    assert top >= most
    assert 2 <= len(grid) <= 6
    assert (grid[0].at, grid[0].label, grid[-1].at) == (1, "0", 0)


def test_segments_are_stacked_from_the_foot_in_the_proportion_of_their_numbers():
    chart = a_column_chart(series("Held", 1, 2), series("Refused", 3, 0, tone="danger"))
    held_mon, refused_mon, held_tue = chart.segments
    assert held_mon.y + held_mon.height == pytest.approx(1)
    assert refused_mon.y + refused_mon.height == pytest.approx(held_mon.y)
    assert refused_mon.height == pytest.approx(3 * held_mon.height)
    assert held_tue.height == pytest.approx(2 * held_mon.height)
    assert held_tue.x > held_mon.x + held_mon.width
    assert held_tue.x + held_tue.width < 1
    assert {held_mon.pattern, refused_mon.pattern} == {"plain", "hatch"}


def test_the_table_and_the_legend_say_the_same_numbers():
    chart = a_column_chart(series("Held", 1, 2_000), series("Refused", 3, 0))
    assert [[cell.value for cell in row.cells] for row in chart.table.rows] == [[1, 3], [2_000, 0]]
    assert [(key.name, key.total) for key in chart.legend] == [("Held", "2k"), ("Refused", "3")]


def test_noughts_alone_are_empty_and_nothing_at_all_is_too():
    assert a_column_chart(series("Held", 0, 0)).is_empty
    assert a_column_chart(series("Held"), labels=()).is_empty


def test_one_day_is_one_column_within_the_drawing():
    [only] = a_column_chart(series("Held", 7), labels=("Mon",)).segments
    assert 0 < only.x < only.x + only.width < 1
    assert only.y >= 0


def test_numbers_of_another_length_than_the_labels_are_refused():
    with pytest.raises(ValueError, match="argument 2"):
        a_column_chart(series("Held", 1))
    with pytest.raises(ValueError, match="below nought"):
        series("Held", -1)


def test_no_more_series_than_patterns():
    with pytest.raises(ValueError, match="5 series"):
        a_column_chart(*(series(str(n), 1, 1) for n in range(5)))


def test_thirty_days_are_labelled_by_five_of_them_from_the_first_to_the_last():
    days = [f"{day} Nov" for day in range(1, 31)]
    labels = a_column_chart(series("Held", *range(30)), labels=days).labels
    assert [label.text for label in labels] == ["1 Nov", "8 Nov", "15 Nov", "23 Nov", "30 Nov"]
    assert [label.anchor for label in labels] == ["start", "middle", "middle", "middle", "end"]


def test_a_line_runs_from_edge_to_edge_and_a_single_dot_stands_in_the_middle():
    facts = {"id": "l", "title": "Reads", "description": "By day.", "first": "Day"}
    chart = lines(**facts, labels=["a", "b", "c"], series=[series("Reads", 0, 2, 1)])
    [line] = chart.lines
    assert line.points == "0,100 50,0 100,50"
    alone = lines(**facts, labels=["a"], series=[series("Reads", 4)])
    assert [(dot.x, dot.y) for dot in alone.lines[0].dots] == [(0.5, 0)]
    assert lines(**facts, labels=["a", "b"], series=[series("Reads", 0, 0)]).is_empty


def test_the_longest_bar_fills_its_place_and_the_others_compare_with_it():
    chart = rows(
        id="r",
        title="States",
        description="By state.",
        first="State",
        categories=[Category("active", "/active"), Category("pending")],
        series=[series("Fact", 30, 10), series("Event", 10, 0)],
    )
    active, pending = chart.bars
    assert active.parts[-1].x + active.parts[-1].width == pytest.approx(1)
    assert pending.parts[0].width == pytest.approx(0.25)
    assert (active.total, active.href) == ("40", "/active")
    assert [row.href for row in chart.table.rows] == ["/active", ""]


@pytest.mark.parametrize(
    ("part", "whole", "text", "tone"),
    [
        (0, 0, "none yet", "neutral"),
        (0, 9, "0 %", "warn"),
        (1, 1_000, "<1 %", "warn"),
        (999, 1_000, ">99 %", "ok"),
        (9, 9, "100 %", "ok"),
    ],
)
def test_a_share_is_told_honestly_at_its_ends(part, whole, text, tone):
    told = meter(id="m", title="Signed", part=part, whole=whole, target=0.95)
    assert (told.text, told.tone) == (text, tone)


def test_more_than_the_whole_is_no_share():
    with pytest.raises(ValueError, match="no share"):
        meter(id="m", title="Signed", part=2, whole=1)


def test_a_spark_of_noughts_lies_at_the_foot():
    assert spark([0, 0, 0], description="x").points == "0,100 50,100 100,100"
    assert spark([], description="x").end is None


def test_a_drawn_chart_names_itself_and_escapes_what_it_is_told():
    chart = a_column_chart(series("<b>Held</b>", 1, 2), labels=("<i>", "Tue"))
    drawn = render_to_string("components/chart_columns.html", {"chart": chart, "empty": ""})
    assert 'role="img" aria-labelledby="c-title c-desc"' in drawn
    assert '<title id="c-title">Writes</title>' in drawn
    assert "<details" in drawn
    assert "<i>" not in drawn
    assert "<b>" not in drawn


def test_an_empty_chart_says_so_in_words():
    chart = a_column_chart(series("Held", 0, 0))
    drawn = render_to_string("components/chart_columns.html", {"chart": chart, "empty": "Nothing."})
    assert "Nothing." in drawn
    assert "<svg" not in drawn
