"""What makes one memory come before another."""

import numpy as np
import pytest

from memory.retrieval.weights import RecallWeights
from tests.retrieval.rows import places, ranked, rows_of_texts

CHAT = [f"Customer {number} likes tea." for number in range(40)]


def test_a_rare_word_tells_more_than_a_common_one():
    rows = rows_of_texts([*CHAT, "The passport is lost.", "Customer tea tea."])
    assert places("customer passport", rows)[0] == 40


def test_the_same_word_weighs_more_in_a_shorter_text():
    long = "The passport is lost " + "and much else happened on that long day " * 20
    rows = rows_of_texts([*CHAT, long, "The passport is lost."])
    assert places("passport", rows)[:2] == [41, 40]


def test_repeating_a_word_over_and_over_does_not_drown_two_words_that_fit():
    rows = rows_of_texts([*CHAT, "passport " * 50, "Her passport is in Leipzig."])
    assert places("passport Leipzig", rows)[0] == 41


def test_an_answer_is_found_by_the_words_of_the_question_before_it():
    chat = [*CHAT, "Which country did the passport come from?", "Portugal.", "Fine, thanks."]
    alone = rows_of_texts(chat)
    assert dict(ranked("passport country", alone, limit=50))[41].lexical == 0
    together = rows_of_texts(chat, runs=[0] * 40 + [7] * 3)
    assert places("passport country", together)[:2] == [40, 41]
    answer = dict(ranked("passport country", together, limit=50))[41]
    assert answer.matched == 0
    assert answer.neighbours == answer.lexical > 0


def test_another_run_lends_nothing():
    rows = rows_of_texts([*CHAT, "The passport is lost.", "Yes."], runs=[0] * 40 + [7, 8])
    assert dict(ranked("passport", rows, limit=50))[41].lexical == 0


def test_where_the_words_are_unknown_the_meaning_decides():
    similarity = np.zeros(41)
    similarity[40] = 0.8
    rows = rows_of_texts([*CHAT, "Her parcel went missing."], similarity=similarity)
    assert places("shipment vanished, customer", rows)[0] == 40


def test_where_the_words_are_sure_a_likeness_does_not_overrule_them():
    similarity = np.zeros(42)
    similarity[41] = 0.9
    rows = rows_of_texts(
        [*CHAT, "Order 4711 needs a passport copy.", "Hello there!"], similarity=similarity
    )
    assert places("passport copy order 4711", rows)[0] == 40


def test_fusing_finds_more_than_either_half_alone():
    texts = [*CHAT, "Order 4711 needs a passport copy.", "Her parcel went missing."]
    of_words, of_meaning = np.zeros(42), np.zeros(42)
    of_words[3], of_meaning[41] = 0.4, 0.8
    by_words = places("passport copy order 4711", rows_of_texts(texts, similarity=of_words))
    by_meaning = places("shipment vanished", rows_of_texts(texts, similarity=of_meaning))
    assert (by_words[0], by_meaning[0]) == (40, 41)
    # Each question is lost on the other half.
    assert int(np.argmax(of_words)) != 40
    assert all(s.lexical == 0 for _, s in ranked("shipment vanished", rows_of_texts(texts)))


@pytest.mark.parametrize(
    ("weights", "facts"),
    [
        (RecallWeights(recency=1, confidence=0, approval=0), {"days_old": [0, 300]}),
        (RecallWeights(recency=0, confidence=1, approval=0), {"confidence": [0.9, 0.1]}),
    ],
    ids=["recency", "confidence"],
)
def test_a_weight_decides_between_memories_that_fit_alike(weights, facts):
    rows = rows_of_texts(["The passport is lost."] * 2, **facts)
    assert places("passport", rows) == [1, 0]  # the newer id, where nothing weighs
    assert places("passport", rows, weights=weights) == [0, 1]


def test_scores_are_shares_and_fall_from_hit_to_hit():
    rows = rows_of_texts([*CHAT, "The passport is lost."], similarity=np.linspace(-1, 1, 41))
    fused = [scores.fused for _, scores in ranked("lost passport tea", rows)]
    assert fused == sorted(fused, reverse=True)
    for _, scores in ranked("lost passport tea", rows):
        assert all(0 <= one <= 1 for one in (scores.dense, scores.lexical, scores.fused))


def test_nothing_that_is_asked_breaks_the_ranking():
    rows = rows_of_texts(["", "!!!", "tea"], similarity=[np.nan, np.nan, 0.5])
    for query in ("", "tea", "unknown words only"):
        assert len(places(query, rows)) == 3
    assert places("tea", rows_of_texts([])) == []
