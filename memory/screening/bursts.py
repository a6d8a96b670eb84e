"""Many writes by one agent in a minute: a loop, or somebody filling the memory."""

from memory.screening.context import ScreenContext
from memory.screening.finding import Finding, Severity

MOST_A_MINUTE = 120


def screen_burst(_content: str, context: ScreenContext) -> list[Finding]:
    """A trusted agent may import at speed, and it is noted; from an unknown one a person looks."""
    if not context.is_burst:
        return []
    severity: Severity = "note" if context.trusted else "review"
    detail = f"Its writer made more than {MOST_A_MINUTE} writes within a minute."
    return [Finding("burst", detail, severity, 0.4)]
