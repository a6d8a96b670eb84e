"""Why a memory was found, in words: what `memory.retrieval.query.Scores` says in numbers."""

from dataclasses import dataclass

from console.web.masking import Mask
from memory.retrieval.query import RELATED, Hit, Scores

CLOSE = 0.6
LENT = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that spoke for a hit; `share` is from 0 to 1."""

    label: str
    share: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """`text` is masked."""

    hit: Hit
    place: int
    text: str
    why: str
    parts: list[Part]


def explained(hits: list[Hit], mask: Mask) -> list[Explained]:
    return [
        Explained(hit, place, mask.content(hit.version)[0], why(hit.scores), parts_of(hit))
        for place, hit in enumerate(hits, start=1)
    ]


def why(scores: Scores) -> str:
    """One line: its words, its meaning, and who vouches for it."""
    told = [_words(scores), _meaning(scores)]
    if scores.neighbours >= LENT:
        told.append("helped by the turns beside it")
    if scores.is_approved:
        told.append("approved by a person")
    line = ", ".join(part for part in told if part)
    return line[:1].upper() + line[1:]


def parts_of(hit: Hit) -> list[Part]:
    scores = hit.scores
    lent = f", {scores.neighbours:.0%} lent by turns beside it" if scores.neighbours else ""
    confidence = hit.version.confidence
    return [
        Part("Score", scores.fused),
        Part("Words", scores.lexical, f"{scores.matched} of {scores.asked}{lent}"),
        Part("Meaning", scores.dense),
        Part("Recency", scores.recency),
        Part("Confidence", confidence or 0.0, "not stated" if confidence is None else ""),
    ]


def _words(scores: Scores) -> str:
    if not scores.matched:
        return "no word in common"
    if scores.matched == scores.asked:
        return "the word stands in it" if scores.asked == 1 else "every word stands in it"
    return f"{scores.matched} of {scores.asked} words stand in it"


def _meaning(scores: Scores) -> str:
    if scores.dense >= CLOSE:
        return "close in meaning"
    return "related in meaning" if scores.dense >= RELATED else "little alike in meaning"
