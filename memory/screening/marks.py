"""Planted frames, links that carry data away, mark-up that runs or hides: known by their marks.

A pattern is tried only in a text that holds one of its marks, and every repetition in it is
bounded, so that reading stays linear. Each of its readings begins with a plain character: those
are sought many times as fast.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from memory.screening.evidence import Evidence
from memory.screening.folding import Folded


@dataclass(frozen=True, slots=True)
class Marked:
    code: str
    weight: float
    detail: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


_SPEAKER = r"(?:system|admin|sudo|operator|instructions?|inst|assistant)"

MARKED = (
    Marked(
        "planted_frame",
        0.5,
        "It imitates a system or developer message.",
        ("system", "admin", "sudo", "operator", "inst", "assistant", "<|", "important"),
        re.compile(
            rf"<\|[a-z_ ]{{1,24}}\|>|</?(?:{_SPEAKER}|important)\b[^<>\n]{{0,40}}>|"
            rf"\[\[?[/ ]?{_SPEAKER}\b[^\[\]\n]{{0,24}}[\]:]|"
            r"##+ ?\(?(?:system|admin|new instructions?)\b|"
            r"\((?:admin|system)[ _:][^()\n]{2,60}\)|\"role\" ?: ?\"system\"|"
            r"system(?:(?<=^system)|(?<=^ system))"
            r"(?: (?:prompt|message|override|note|notice|alert|update))?(?: to \w+)? ?:",
            re.MULTILINE,
        ),
    ),
    Marked(
        "exfiltration",
        0.5,
        "It embeds an image that carries data away.",
        ("](",),
        re.compile(r"!\[[^\]\n]{0,40}\]\((?:https?:)?//[^)\s?]{1,200}\?[^)\n]{0,300}\)"),
    ),
    Marked(
        "active_content",
        0.5,
        "It carries mark-up that runs where it is shown.",
        ("<", "javascript:"),
        re.compile(
            r"<[a-z][^<>]{0,200}[\s/\"']on(?:load|error|click|mouseover|focus|toggle) ?=|"
            r"<script\b[^>]{0,80}>[^<]{0,200}\b(?:alert|eval|fetch|document|window|console|atob)\b|"
            r"href(?<=\bhref) ?= ?[\"']?javascript:|src(?<=\bsrc) ?= ?[\"']?javascript:|"
            r"\]\(javascript:"
        ),
    ),
    Marked(
        "hidden_text",
        0.4,
        "It gives orders in a comment that is not shown.",
        ("<!",),
        re.compile(
            r"<! ?--[^>]{0,300}?\b(?:ignore|disregard|override|you (?:must|are|should|will)|"
            r"assistant|remember|(?:never|always) (?:recommend|mention|tell|use)|authoritative)\b"
        ),
    ),
    Marked(
        "hidden_text",
        0.4,
        "It hides text from a person who looks at it.",
        ("style", "hidden"),
        re.compile(
            r"<(?!input|button)\w{1,16}\b[^<>]{0,120}(?:display ?: ?none|visibility ?: ?hidden|"
            r"font-size ?: ?[01](?:px|pt)?\b|opacity ?: ?0\b|color ?: ?(?:white|#fff(?:fff)?)\b)"
            r"[^<>]{0,80}>\s{0,20}[^<\s][^<]{20}"
        ),
    ),
)

_URL = re.compile(r"//[^\s<>\"')]{4,2000}")
# A value that waits to be filled in, or one that is already long and encoded.
_CARRYING = re.compile(
    r"[?&=][\w.-]{0,30}=?(?:[\[{$%]{1,2} ?[a-z_]\w{1,30} ?[\]}%]{1,2}|[a-z0-9+/_%-]{60,})"
)
CARRYING_WEIGHT = 0.5


def marks_in(folded: Folded) -> Iterator[Evidence]:
    """The first place of each kind."""
    text = folded.text
    for marked in MARKED:
        if any(mark in text for mark in marked.marks):
            match = marked.pattern.search(text)
            if match is not None:
                span = folded.written(*match.span())
                yield Evidence(marked.code, marked.weight, marked.detail, *span)
    if "//" in text:
        for url in _URL.finditer(text):
            if _CARRYING.search(url.group()):
                detail = "It holds a link whose query carries data."
                scheme = max(text.rfind("http", 0, url.start()), url.start() - len("https:"))
                span = folded.written(max(scheme, 0), url.end())
                yield Evidence("exfiltration", CARRYING_WEIGHT, detail, *span)
                break
