"""Long texts: what a reader skims is where something can be hidden."""

from memory.screening.finding import Finding

LONG = 16_000


def screen_size(content: str) -> list[Finding]:
    if len(content) <= LONG:
        return []
    return [Finding("long_text", f"It is {len(content):,} characters long.", "note", 0.2)]
