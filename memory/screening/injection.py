"""A first screen for instructions planted in a memory (OWASP ASI06, memory poisoning).

Shapes, not topics: a memory states something about the world; these tell the agent what to do.
Each shape has a weight; together they combine as independent evidence, 1 - prod(1 - weight).
"""

import re
import unicodedata
from math import prod

from memory.screening.finding import Finding, Severity

QUARANTINE_AT = 0.6
REVIEW_AT = 0.3
MAX_EVIDENCE = 120

_OVERRIDDEN = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|context|messages?|policies)"
)

# (code, weight, what a reviewer is told, pattern over the folded text)
SHAPES: tuple[tuple[str, float, str, re.Pattern[str]], ...] = tuple(
    (code, weight, detail, re.compile(pattern))
    for code, weight, detail, pattern in (
        (
            "instruction_override",
            0.8,
            "It tells the agent to set aside its instructions.",
            (
                r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.\n]{0,40}"
                r"\b(?:previous|prior|above|earlier|all|any|your|the|system|safety)\b[^.\n]{0,30}"
                rf"\b{_OVERRIDDEN}\b"
            ),
        ),
        (
            "instruction_override",
            0.8,
            "It tells the agent to set aside its instructions.",
            (
                r"\b(?:ignoriere|vergiss|ignorez|oubliez|ignora|olvida|ignorer)\b[^.\n]{0,50}"
                r"\b(?:anweisungen|instruktionen|regeln|instructions|instrucciones|istruzioni|"
                r"consignes)\b"
            ),
        ),
        (
            "role_change",
            0.6,
            "It gives the agent another identity.",
            (
                r"\b(?:you are now|act as if|pretend (?:to be|you are)|new persona|developer mode|"
                r"jailbreak|do anything now)\b"
            ),
        ),
        (
            "planted_frame",
            0.7,
            "It imitates a system or developer message.",
            (
                r"(?:<\|?/?(?:system|im_start|im_end|assistant)\|?>|\[/?(?:system|inst)\]|"
                r"^\s*#{0,3}\s*system\s*(?:prompt|message|override)?\s*:)"
            ),
        ),
        (
            "standing_order",
            0.4,
            "It orders the agent what to do from now on.",
            (
                r"\b(?:from now on|whenever (?:you|a user|anyone|someone)|in (?:all )?future "
                r"(?:sessions|conversations|requests)|every time you|"
                r"you must (?:always|never)|"
                r"always (?:send|forward|recommend|include|add|approve|reply))\b"
            ),
        ),
        (
            "concealment",
            0.6,
            "It tells the agent to hide something from people.",
            (
                r"\b(?:do not|don't|never)\s+"
                r"(?:tell|inform|mention|reveal|alert|notify|show|disclose)"
                r"\b[^.\n]{0,40}\b(?:user|customer|anyone|human|operator|this|reviewer|admin)"
            ),
        ),
        (
            "exfiltration",
            0.6,
            "It asks for data to be sent somewhere.",
            (
                r"\b(?:send|forward|post|upload|e-?mail|exfiltrate|transmit|leak|copy)\b[^.\n]{0,80}"
                r"(?:https?://|www\.|\S+@\S+\.\w{2,})"
            ),
        ),
        (
            "exfiltration",
            0.5,
            "It embeds an image or link that carries data away.",
            r"!\[[^\]]*\]\(https?://[^)\s]*[?&][^)\s]*\)",
        ),
        (
            "secret_probe",
            0.5,
            "It asks for the agent's prompt, keys or credentials.",
            (
                r"\b(?:reveal|print|show|repeat|output|give)\b[^.\n]{0,40}"
                r"\b(?:system prompt|hidden prompt|api key|password|credentials|secret key|token)\b"
            ),
        ),
        (
            "encoded_blob",
            0.35,
            "It carries a long encoded blob.",
            r"(?:[a-z0-9+/]{120,}={0,2}|(?:\\x[0-9a-f]{2}){20,})",
        ),
    )
)

# Zero-width, bidirectional controls, and the tag block: a person does not see them, a model does.
INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
INVISIBLE_WEIGHT = 0.4
# One joiner inside an emoji is ordinary; a run of them is not.
INVISIBLE_TOLERATED = 2


def fold(text: str) -> tuple[str, list[int]]:
    """Lower case, compatibility forms and invisible characters removed, each with its offset."""
    folded: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if INVISIBLE.match(character):
            continue
        for form in unicodedata.normalize("NFKC", character).lower():
            folded.append(form)
            offsets.append(offset)
    return "".join(folded), offsets


def screen_injection(content: str) -> list[Finding]:
    folded, offsets = fold(content)
    hits: list[tuple[str, float, str, int, int]] = []
    for code, weight, detail, pattern in SHAPES:
        match = pattern.search(folded)
        if match is not None and match.end() > match.start():
            start, end = offsets[match.start()], offsets[match.end() - 1] + 1
            hits.append((code, weight, detail, start, end))
    invisible = [match.start() for match in INVISIBLE.finditer(content)]
    if len(invisible) > INVISIBLE_TOLERATED:
        detail = f"It carries {len(invisible)} invisible characters."
        hits.append(
            ("invisible_characters", INVISIBLE_WEIGHT, detail, invisible[0], invisible[-1] + 1)
        )
    score = 1 - prod(1 - weight for _, weight, *_ in hits)
    severity: Severity = (
        "quarantine" if score >= QUARANTINE_AT else "review" if score >= REVIEW_AT else "note"
    )
    return [
        Finding(code, detail, severity, weight, start, end, content[start:end][:MAX_EVIDENCE])
        for code, weight, detail, start, end in hits
    ]
