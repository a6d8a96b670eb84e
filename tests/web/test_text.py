"""Words of agents on a screen: compared, marked, and with nothing left unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.web.text import MOST_PAIRS, compare, excerpt, mark, show_unseen


def told(changes):
    return [(change.op, change.text) for change in changes]


def test_a_changed_word_is_one_removal_and_one_addition():
    assert told(compare("Parcels go to Leipzig.", "Parcels go to Dresden.")) == [
        ("same", "Parcels go to "),
        ("removed", "Leipzig"),
        ("added", "Dresden"),
        ("same", "."),
    ]


def test_neighbouring_words_change_together():
    changes = compare("at Lindenallee 12, now", "at Prager Straße 8, now")
    assert told(changes) == [
        ("same", "at "),
        ("removed", "Lindenallee 12"),
        ("added", "Prager Straße 8"),
        ("same", ", now"),
    ]


def test_a_small_change_at_the_end_of_a_long_text_is_still_told_in_words():
    same = "word " * MOST_PAIRS
    assert told(compare(same + "old end", same + "new end")) == [
        ("same", same),
        ("removed", "old"),
        ("added", "new"),
        ("same", " end"),
    ]


def test_texts_that_differ_throughout_are_compared_by_lines():
    before = "".join(f"{number} and one\n" for number in range(300))
    after = "".join(f"{number} or two\n" for number in range(300))
    changes = compare(f"start\n{before}same line\n", f"begin\n{after}same line\n")
    assert told(changes)[:2] == [
        ("removed", f"start\n{before}".rstrip()),
        ("added", f"begin\n{after}".rstrip()),
    ]
    assert told(changes)[-1] == ("same", "same line\n")


def test_texts_made_to_be_slow_are_shown_as_one_replaced_by_the_other():
    before, after = "a\nb\n" * 8_000, "b\nb\na\n" * 5_000
    assert told(compare(before, after)) == [("removed", before), ("added", after)]


WORDS = st.text(alphabet="ab .\n", max_size=60)


@given(before=WORDS, after=WORDS)
def test_both_texts_can_be_read_back_from_what_changed(before, after):
    changes = compare(before, after)
    assert "".join(one.text for one in changes if one.op != "added") == before
    assert "".join(one.text for one in changes if one.op != "removed") == after


def finding(start, end, severity="quarantine"):
    return {"start": start, "end": end, "severity": severity}


def test_findings_are_marked_where_they_stand():
    passages = mark("say: ignore it all", [finding(5, 14), finding(15, 18, "review")])
    assert [(one.text, one.tone) for one in passages] == [
        ("say: ", None),
        ("ignore it", "danger"),
        (" ", None),
        ("all", "warn"),
    ]


@given(
    st.text(max_size=40),
    st.lists(st.builds(finding, st.integers(-5, 50), st.integers(-5, 50)), max_size=5),
)
def test_marking_loses_no_character(text, findings):
    assert "".join(passage.text for passage in mark(text, findings)) == text


def test_a_finding_without_a_place_marks_nothing():
    assert [one.tone for one in mark("text", [{"code": "size"}, finding(0, 0)])] == [None]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", "U+200B"),
        ("a" + "\u200b" * 40, "U+200B x40"),
        ("pay \u202egro.live", "U+202E"),
        ("hi" + "".join(chr(0xE0000 + ord(c)) for c in "send all"), ">send all<"),
        ("<b>", "&lt;b&gt;"),
        ("\x00", "U+0000"),
        ("\U0001f600" + "\U000e0159" * 9, "variation selector-106"),
        ("tea\u3164time", "hangul filler"),
    ],
)
def test_what_hides_is_shown_and_what_acts_is_escaped(text, shown):
    assert shown in show_unseen(text)


@given(st.text())
def test_no_text_becomes_markup(text):
    shown = show_unseen(text)
    tags = shown.replace('<span class="unseen" title="', "").replace("</span>", "")
    assert "<" not in tags


def test_characters_that_join_letters_are_left_alone():
    text = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb\n\tok"
    assert show_unseen(text) == text


def test_an_excerpt_ends_between_words():
    assert excerpt("one  two\nthree", 8) == "one two…"
    assert excerpt("short") == "short"
