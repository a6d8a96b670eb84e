"""Keys under which an agent's own mandate is kept: who it is, what it is for, what it may do."""

import re

from django.conf import settings

from memory.screening.context import ScreenContext
from memory.screening.finding import Finding
from memory.screening.folding import fold

SEPARATORS = re.compile(r"[\s./:_-]+")


def screen_protected_key(_content: str, context: ScreenContext) -> list[Finding]:
    """An agent that may write its own goals can be talked into others: a person decides."""
    if not context.by_agent or not context.key:
        return []
    # As a reader takes it: without disguise, whatever stands before its first word.
    first = next(filter(None, SEPARATORS.split(fold(context.key).text)), "")
    if first not in settings.MEMORY_PROTECTED_KEYS:
        return []
    detail = f"Its key begins with {first}, which is kept for people to write."
    return [Finding("protected_key", detail, "review", 0.6, 0, len(context.key), path="/key")]
