"""What is kept off a screen of a text that nobody screened when it came: a step of a run's."""

import re

from memory.screening.finding import Finding
from memory.screening.personal_data import screen_personal_data
from memory.screening.secrets import screen_secrets

# Where a detector gave up, whatever could be a number or an address of somebody.
DOUBTFUL = (
    ("number", re.compile(r"\d(?:[ .:/()+-]{0,2}\d){5,40}")),
    ("address", re.compile(r"[^\s@\"'<>]{1,64}@[^\s@\"'<>]{1,255}")),
)


def screen_labelled(text: str) -> list[Finding]:
    """Findings with a label: what each span holds, to stand in its place.

    Fails closed: of a text with more of them than are looked at one by one, all that could be one.
    """
    found = [*screen_personal_data(text), *screen_secrets(text)]
    labelled = [one for one in found if one.label]
    if len(labelled) == len(found):
        return labelled
    doubtful = [
        Finding("doubtful", "", "note", 0.4, match.start(), match.end(), label=label)
        for label, pattern in DOUBTFUL
        for match in pattern.finditer(text)
    ]
    return labelled + doubtful
