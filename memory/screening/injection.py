"""Instructions and payloads planted in a memory (OWASP ASI06, memory and context poisoning).

Detectors look at the text as folded (`folding`) and at what stands encoded or unseen inside it.
Their evidence counts as independent, each code once: 1 - prod(1 - weight). From `REVIEW_AT` on a
person has to look; from `QUARANTINE_AT` on nobody else may read it meanwhile.
"""

from collections.abc import Iterator
from math import prod

from memory.screening.encoded import encoded_in
from memory.screening.evidence import Evidence
from memory.screening.finding import Finding, Severity
from memory.screening.folding import Folded, fold
from memory.screening.hidden import hidden_in, smuggled_in
from memory.screening.linear_model import learned_in
from memory.screening.marks import marks_in
from memory.screening.overrides import overrides_in
from memory.screening.shapes import TOO_MANY_WEIGHT, shapes_in

QUARANTINE_AT = 0.6
REVIEW_AT = 0.3
MAX_EVIDENCE = 120

# What somebody took the trouble to encode counts for more than if it stood open.
ENCODING_WEIGHT = 0.3
BLOB_WEIGHT = 0.2
BLOB_LENGTH = 160
# Nobody encodes so many texts by chance; it would hide one among them.
MOST_RUNS = 50


def screen_injection(content: str) -> list[Finding]:
    """What speaks for an injection, each with its span in `content`, strongest first.

    Raises ModelError when the model's file is not sound.
    """
    folded = fold(content)
    evidence = [*signs_in(content, folded), *learned_in(folded)]
    severity = severity_of(evidence)
    return [
        Finding(
            each.code,
            each.detail,
            severity,
            each.weight,
            each.start,
            each.end,
            content[each.start : each.end][:MAX_EVIDENCE],
        )
        for each in sorted(evidence, key=lambda each: -each.weight)
    ]


def signs_in(content: str, folded: Folded) -> Iterator[Evidence]:
    """All that is written down as a rule: everything but what the model learned."""
    yield from _read(folded)
    yield from hidden_in(content, folded)
    yield from _unwrapped(content, folded)


def severity_of(evidence: list[Evidence]) -> Severity:
    strongest: dict[str, float] = {}
    for each in evidence:
        strongest[each.code] = max(each.weight, strongest.get(each.code, 0.0))
    score = 1 - prod(1 - weight for weight in strongest.values())
    if score >= QUARANTINE_AT:
        return "quarantine"
    if score >= REVIEW_AT:
        return "review"
    return "note"


def _read(folded: Folded) -> Iterator[Evidence]:
    yield from shapes_in(folded)
    yield from marks_in(folded)
    yield from overrides_in(folded)


def _unwrapped(content: str, folded: Folded) -> Iterator[Evidence]:
    """What encoded and unseen text says, at the place where it is wrapped up."""
    read = blobs = 0
    for run in encoded_in(content):
        if run.text and read == MOST_RUNS:
            detail = "It carries more encoded texts than are read."
            yield Evidence("screen_exhausted", TOO_MANY_WEIGHT, detail, run.start, run.end)
            break
        if run.text:
            read += 1
            yield from _said("encoded_instruction", *run)
        elif run.end - run.start >= BLOB_LENGTH and not blobs:
            blobs += 1
            detail = "It carries a long encoded blob."
            yield Evidence("encoded_blob", BLOB_WEIGHT, detail, run.start, run.end)
    for smuggled in smuggled_in(content, folded):
        yield from _said("smuggled_instruction", *smuggled)


def _said(code: str, text: str, start: int, end: int) -> Iterator[Evidence]:
    signs = list(_read(fold(text)))
    if signs:
        weight = 1 - (1 - ENCODING_WEIGHT) * prod(1 - each.weight for each in signs)
        detail = "It holds text that is encoded or unseen and gives orders when read."
        yield Evidence(code, round(weight, 2), detail, start, end)
