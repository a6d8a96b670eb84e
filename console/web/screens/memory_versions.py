"""A memory's versions: one after another, and any two side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from console.accounts.actor import Actor
from console.web.masking import Mask
from console.web.text import Change, compare, pretty
from memory.access import version_for, visible_versions
from memory.models import Memory, MemoryVersion
from memory.sealing import open_versions
from memory.signing.stored import StoredSignature, stored_signatures
from memory.verification import problems_of_versions
from memory.writes import Write

MOST_SHOWN = 20
MOST_CHOICES = 200
# What a version says besides its text, as it is called on the screen.
BESIDES = (
    ("Data", "value"),
    ("Metadata", "metadata"),
    ("Confidence", "confidence"),
    ("Importance", "importance"),
    ("True from", "valid_from"),
    ("True to", "valid_to"),
    ("Source", "source"),
    ("Made from", "derived_from"),
)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """`text` is masked; `changes` against the version before it, none for the first one."""

    version: MemoryVersion
    text: str
    changes: list[Change]
    is_in_force: bool
    can_restore: bool
    signed: StoredSignature | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of two versions. `pieces` are its text, with what the other does not say marked.

    `problems` are codes of `memory.verification`: none where its seal and its words hold.
    """

    version: MemoryVersion
    pieces: list[Change]
    signed: StoredSignature | None
    problems: list[str]
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`besides` the text: label, before, after."""

    old: Side
    new: Side
    changes: list[Change]
    besides: list[tuple[str, str, str]]
    mask: Mask

    @property
    def is_same(self) -> bool:
        return not self.besides and all(change.op == "same" for change in self.changes)


def version_rows(
    memory: Memory, versions: Sequence[MemoryVersion], mask: Mask, *, can_restore: bool
) -> list[VersionRow]:
    """`versions` are opened, the newest first, one more than is shown."""
    rows = []
    signed = stored_signatures(versions)
    texts = [mask.content(version)[0] for version in versions]
    for place, version in enumerate(versions):
        before = texts[place + 1] if place + 1 < len(texts) else None
        is_in_force = version.number == memory.version
        rows.append(
            VersionRow(
                version=version,
                text=texts[place],
                changes=[] if before is None else compare(before, texts[place]),
                is_in_force=is_in_force,
                can_restore=can_restore and not is_in_force,
                signed=signed.get(version.id),
            )
        )
    return rows[:MOST_SHOWN]


def numbers_of(actor: Actor, memory: Memory) -> list[int]:
    """Of the versions that the actor may choose between, the newest first."""
    return list(visible_versions(actor, memory).values_list("number", flat=True)[:MOST_CHOICES])


def comparison_of(
    actor: Actor, memory: Memory, *, old: int, new: int, revealed: bool = False
) -> Comparison:
    """Raises NotFoundError for a version that is not there, or not for this actor."""
    before, after = (version_for(actor, memory, number) for number in (old, new))
    pair = open_versions([before, after])
    signed = stored_signatures(pair)
    problems = problems_of_versions(memory, pair)
    mask = Mask(lifted=revealed)
    changes = compare(mask.content(before)[0], mask.content(after)[0])

    def side(version: MemoryVersion, other: Literal["added", "removed"]) -> Side:
        return Side(
            version=version,
            pieces=[change for change in changes if change.op != other],
            signed=signed.get(version.id),
            problems=problems.get(version.number, []),
            is_in_force=version.number == memory.version,
        )

    return Comparison(
        side(before, "added"),
        side(after, "removed"),
        changes,
        _besides(mask.beside(memory, before), mask.beside(memory, after)),
        mask,
    )


def _besides(old: Write, new: Write) -> list[tuple[str, str, str]]:
    pairs = [(label, getattr(old, name), getattr(new, name)) for label, name in BESIDES]
    return [(label, _text(was), _text(is_)) for label, was, is_ in pairs if was != is_]


def _text(value: Any) -> str:
    if value is None or value in ({}, [], ""):
        return ""
    return value if isinstance(value, str) else pretty(value)
