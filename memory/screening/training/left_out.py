"""How a text scores to a model that never saw its source, nor a text much like it."""

from collections.abc import Callable, Sequence

from memory.screening.folding import fold
from memory.screening.training.fit import Example, Fit, fit

SHINGLE = 5
ALIKE = 0.5

Shingles = frozenset[tuple[str, ...]]


def scores_left_out(
    examples: Sequence[Example],
    beside: Sequence[Example],
    share_of: Callable[[Example], str],
) -> dict[str, float]:
    """Score by record id. `beside` is trained on every time and not scored."""
    shingles = [_shingles(example) for example in examples]
    scores: dict[str, float] = {}
    everything: Fit | None = None
    for share in sorted({share_of(example) for example in examples}):
        left_out = [example for example in examples if share_of(example) == share]
        if any(example.record.weight for example in left_out):
            kept = _unlike(examples, shingles, lambda example: share_of(example) == share)  # noqa: B023 - called at once
            model = fit([*kept, *beside])
        else:  # none of it is ever trained on
            model = everything = everything or fit([*examples, *beside])
        scores |= {example.record.id: model.score(example) for example in left_out}
    return scores


def _unlike(
    examples: Sequence[Example],
    shingles: Sequence[Shingles],
    is_left_out: Callable[[Example], bool],
) -> list[Example]:
    """Those kept, without any of the group of one left out, and without its near copies."""
    pairs = list(zip(examples, shingles, strict=True))
    groups = {example.record.group for example in examples if is_left_out(example)}
    seen = Shingles().union(*(said for example, said in pairs if is_left_out(example)))
    return [
        example
        for example, said in pairs
        if not is_left_out(example)
        and example.record.group not in groups
        and len(said & seen) < ALIKE * len(said)
    ]


def _shingles(example: Example) -> Shingles:
    words = fold(example.record.text).text.split()
    runs = range(max(1, len(words) - SHINGLE + 1))
    return frozenset(tuple(words[at : at + SHINGLE]) for at in runs)
