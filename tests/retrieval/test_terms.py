"""What the database may know of a text's words."""

import pytest

from memory.retrieval.terms import MAX_QUERY_TERMS, asked_terms, blind, blind_terms, stems
from tests.retrieval.rows import KEY

# BLAKE2b, 4 bytes, key 00 01 … 1f, person "mnemoscope term", big-endian and signed. Rows of every
# installation hold such numbers: a change here needs every one of them made anew.
FROZEN = {"invoic": 5835795, "müller": 1443825981, "16": -1989301261, "東京": -1500735344}


@pytest.mark.parametrize(("stem", "term"), FROZEN.items())
def test_the_term_of_a_stem_is_frozen(stem, term):
    assert blind(stem, KEY) == term


def test_the_same_stem_is_another_term_under_another_key():
    assert blind("invoic", KEY) != blind("invoic", bytes(32))


def test_words_that_say_the_same_have_one_stem():
    assert stems("Invoices, invoiced; INVOICE") == ["invoic"] * 3
    assert stems("\uff49\uff4e\uff56\uff4f\uff49\uff43\uff45") == ["invoic"]  # full width


def test_words_that_say_nothing_are_no_terms():
    assert blind_terms("What is it that you have?", KEY) == []


def test_terms_do_not_tell_the_order_of_the_words():
    text = "Jonas called Mia after Jonas wrote"
    assert blind_terms(text, KEY) == sorted(blind_terms(text, KEY))
    assert len(blind_terms(text, KEY)) == 5


def test_a_query_has_each_word_once_and_a_bounded_number_under_each_key():
    words = " ".join(f"word{number}" for number in range(200))
    assert asked_terms(words, [KEY, bytes(32)]).shape == (2, MAX_QUERY_TERMS)
    assert asked_terms("tea tea tea", [KEY]).shape == (1, 1)
    assert asked_terms("!!!", [KEY]).shape == (1, 0)
