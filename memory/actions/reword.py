"""A reviewer's text in place of what was proposed: corrected, or as an earlier version said."""

from dataclasses import replace

from audit.trail import note
from console.accounts.actor import Actor
from console.platform.errors import InvalidInputError
from memory.lifecycle import append_version, version_of
from memory.models import Memory, MemoryVersion, State
from memory.proposals import assess_correction
from memory.reviews.restoring import numbers_in_force
from memory.writes import Write, as_written


def edited(
    *, actor: Actor, memory: Memory, version: MemoryVersion, content: str | None
) -> MemoryVersion:
    """The reviewer's correction as a version of its own: the author's text stays as it was."""
    if not content or not content.strip():
        raise InvalidInputError.on("content", "required", "Write the corrected text.")
    return worded(
        actor=actor, memory=memory, write=replace(as_written(memory, version), content=content)
    )


def restored(*, actor: Actor, memory: Memory, number: int | None) -> MemoryVersion:
    """What was in force before, said again: history only grows. Raises InvalidInputError."""
    if number is None:
        raise _problem("required", "Say which version.")
    if number == memory.version and memory.state == State.ACTIVE:
        raise _problem("in_force", f"Version {number} is in force already.")
    if number not in numbers_in_force(memory):
        raise _problem("never_in_force", f"Version {number} has never been in force.")
    version = version_of(memory, number)
    if version.opened.is_erased:
        raise _problem("erased", f"The words of version {number} were erased.")
    note(restored_version=number)
    return worded(actor=actor, memory=memory, write=as_written(memory, version))


def worded(*, actor: Actor, memory: Memory, write: Write) -> MemoryVersion:
    """Screened and redacted as any text. Raises RejectedByPolicyError."""
    kept = assess_correction(actor=actor, memory=memory, write=write)
    return append_version(
        actor=actor,
        memory=memory,
        write=kept.write,
        findings=kept.findings,
        original=kept.original,
    )


def _problem(code: str, detail: str) -> InvalidInputError:
    return InvalidInputError.on("version", code, detail)
