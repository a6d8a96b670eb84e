"""Texts that are stored already, and recalled texts that come back as if they were news."""

from memory.screening.context import ScreenContext
from memory.screening.finding import Finding


def screen_duplicate(_content: str, context: ScreenContext) -> list[Finding]:
    """A repetition costs room, and an echo confirms itself: what an agent recalled is no proof."""
    if context.echoes:
        detail = f"It repeats memory {context.echoes[0]}, which its writer recalled lately."
        return [Finding("self_echo", detail, "note", 0.4)]
    if context.near_duplicates:
        detail = f"Memory {context.near_duplicates[0]} says nearly the same."
        return [Finding("near_duplicate", detail, "note", 0.2)]
    return []
