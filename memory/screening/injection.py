"""Instructions and payloads planted in a memory (OWASP ASI06, memory and context poisoning).

Detectors look at the text as folded (`folding`) and, once each, at what stands encoded or unseen
inside it. Their evidence counts as independent, each code once: 1 - prod(1 - weight). From
`REVIEW_AT` on a person has to look; from `QUARANTINE_AT` on nobody else may read it meanwhile.
"""

from collections.abc import Iterator
from math import prod

from memory.screening.encoded import blobs_in, decoded_in
from memory.screening.evidence import Evidence
from memory.screening.finding import Finding, Severity
from memory.screening.folding import Folded, fold
from memory.screening.hidden import hidden_in, smuggled_in
from memory.screening.marks import marks_in
from memory.screening.overrides import overrides_in
from memory.screening.shapes import shapes_in

QUARANTINE_AT = 0.6
REVIEW_AT = 0.3
MAX_EVIDENCE = 120

# What somebody took the trouble to encode counts for more than if it stood open.
ENCODING_WEIGHT = 0.3
BLOB_WEIGHT = 0.2


def screen_injection(content: str) -> list[Finding]:
    """What speaks for an injection, each with its span in `content`, strongest first."""
    folded = fold(content)
    evidence = [
        *_read(folded),
        *hidden_in(content, folded),
        *_unwrapped(content),
    ]
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


def _unwrapped(content: str) -> Iterator[Evidence]:
    """What encoded and unseen text says, at the place where it is wrapped up."""
    inside = [("encoded_instruction", *run) for run in decoded_in(content)]
    inside += [("smuggled_instruction", *run) for run in smuggled_in(content)]
    for code, text, start, end in inside:
        said = list(_read(fold(text)))
        if said:
            weight = 1 - (1 - ENCODING_WEIGHT) * prod(1 - each.weight for each in said)
            detail = "It holds text that is encoded or unseen and gives orders when read."
            yield Evidence(code, round(weight, 2), detail, start, end)
    for start, end in blobs_in(content):
        yield Evidence("encoded_blob", BLOB_WEIGHT, "It carries a long encoded blob.", start, end)
