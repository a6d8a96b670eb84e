"""Taking personal data and secrets out of a text, leaving their names in their place."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from memory.screening.finding import Finding
from memory.screening.texts import NAME, path_of
from memory.writes import Write

# What of a write is redacted.
REDACTED = ("content", "value", "metadata", "source", "key")


def redact(content: str, findings: Iterable[Finding], *, path: str = "") -> str:
    """The text at `path` with each labelled span replaced, as in "Ask [email address]"."""
    spans = sorted(
        (one.start, one.end, one.label) for one in findings if one.label and one.path == path
    )
    pieces: list[str] = []
    reached = 0
    for start, end, label in spans:
        if end <= reached:
            continue
        # Of two that overlap the second takes the rest.
        pieces += [content[reached:start], f"[{label}]"]
        reached = end
    pieces.append(content[reached:])
    return "".join(pieces)


def redact_write(write: Write, findings: Iterable[Finding]) -> Write:
    """The write with nothing left of what was labelled: content, value, metadata and source."""
    labelled = [finding for finding in findings if finding.label]
    if not labelled:
        return write
    return replace(
        write,
        content=redact(write.content, labelled),
        source=redact(write.source, labelled, path="/source"),
        key=redact(write.key, labelled, path="/key"),
        value=_within(write.value, "/value", labelled),
        metadata=_within(write.metadata, "/metadata", labelled),
    )


def _within(value: Any, path: str, findings: list[Finding]) -> Any:
    touched = [finding for finding in findings if finding.path.startswith(path)]
    if not touched:
        return value
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items():
            inner = path_of(path, name)
            shown = redact(name, touched, path=inner + NAME)
            while shown in members:  # two names may be one placeholder
                shown += "'"
            members[shown] = _within(member, inner, touched)
        return members
    if isinstance(value, list | tuple):
        return [_within(member, f"{path}/{index}", touched) for index, member in enumerate(value)]
    if any(finding.path == path for finding in touched):
        return redact(str(value), touched, path=path)
    return value
