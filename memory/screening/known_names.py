"""Names the tenant's own directory of subjects knows, where they stand in a text."""

import re
from collections.abc import Mapping

from memory.screening.finding import Finding

MOST_FINDINGS = 100


def screen_known_names(names: Mapping[str, bool], content: str) -> list[Finding]:
    """Another person's name in somebody's memory would outlive that person's erasure.

    `names` are case-folded, words parted by spaces; True are the subject's own.
    """
    # The longest first: "Anna Weber" before "Anna".
    spelled = "|".join(_spelled(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)
    findings: list[Finding] = []
    for found in pattern.finditer(content):
        if len(findings) == MOST_FINDINGS:
            # What is not marked could not be redacted.
            detail = "It holds more names than are marked one by one."
            return [*findings, Finding("too_many_names", detail, "review", 0.4)]
        name = " ".join(re.findall(r"\w+", found.group().casefold()))
        own = names.get(name, False)
        label = "name of the subject" if own else "name of a person"
        detail = "It names the subject." if own else "It names another person of the directory."
        weight = 0.3 if own else 0.5
        findings.append(
            Finding("personal_data", detail, "note", weight, *found.span(), label=label)
        )
    return findings


def _spelled(name: str) -> str:
    """However its words are parted: "anna weber" is also "Anna-Weber"."""
    return r"\W{1,3}".join(re.escape(word) for word in name.split())
