"""A policy as people read it: its rules in order, what each leads to, and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from console.web.text import Change, compare
from memory.models import Kind, PolicyActivation, PolicyVersion, Tier
from memory.policies.dry_run import Change as Fate
from memory.policies.dry_run import Difference, DryRun
from memory.policies.facts import VARIABLES, Variable
from memory.policies.versions import Sheet

EFFECTS = {
    None: ("", ""),
    "approve": ("Approve", "ok"),
    "review": ("Hold for review", "hold"),
    "quarantine": ("Quarantine", "danger"),
    "reject": ("Reject", "danger"),
}
# counts of a dry run, in the order of a person's worry: name, sentence, tone
FATES = (
    (Fate.RELEASED, "Released", "waited, and would take effect", "warn"),
    (Fate.REJECTED, "Rejected", "would be refused", "danger"),
    (Fate.HELD, "Held", "took effect, and would wait", "hold"),
    (Fate.MOVED, "Moved", "between review and quarantine", "info"),
    (Fate.UNCHANGED, "Unchanged", "as it went", "ok"),
)


# Lines around a change that are shown with it.
AROUND = 4


@dataclass(frozen=True, slots=True)
class RuleRow:
    name: str
    when: str
    because: str
    effect: str
    tone: str
    final: bool
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    count: int
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class PolicyScreen:
    sheet: Sheet
    rows: list[RuleRow]
    lifetimes: list[tuple[str, str]]
    changes: list[Change]
    in_force: int
    activations: list[PolicyActivation]

    @property
    def rules_now(self) -> bool:
        return self.sheet.number == self.in_force


@dataclass(frozen=True, slots=True)
class DryRunScreen:
    run: DryRun
    tiles: list[Tile]
    differences: tuple[Difference, ...]


def policy_screen(sheet: Sheet, current: Sheet) -> PolicyScreen:
    activations = PolicyActivation.objects.filter(number=sheet.number).order_by("-id")
    before, after = policy_text(current.body), policy_text(sheet.body)
    return PolicyScreen(
        sheet=sheet,
        rows=[_row(rule) for rule in sheet.body["rules"]],
        lifetimes=list(_lifetimes(sheet.body["lifetimes"])),
        changes=list(_folded(compare(before, after))) if before != after else [],
        in_force=current.number,
        activations=list(activations[:20]),
    )


def dry_run_screen(run: DryRun) -> DryRunScreen:
    tiles = [Tile(label, run.counts[fate], note, tone) for fate, label, note, tone in FATES]
    return DryRunScreen(run, tiles, run.differences)


def newest_versions(limit: int) -> list[PolicyVersion]:
    return list(PolicyVersion.objects.order_by("-number")[:limit])


def variables() -> list[tuple[Variable, list[str]]]:
    """Each with its meaning in pieces, of which every second one is code."""
    return [(variable, variable.meaning.split("`")) for variable in VARIABLES]


def policy_text(body: dict[str, Any]) -> str:
    """The whole of a policy as lines, so that two can be compared word by word."""
    lines = []
    for number, rule in enumerate(body["rules"], start=1):
        row = _row(rule)
        lines += [f"{number}. {row.name}", f"   when {row.when}"]
        lines += [f"   {told}" for told in (row.effect, row.because, *row.rest) if told]
        if row.final:
            lines.append("   Stop here")
    lines += [f"{name}: {span}" for name, span in _lifetimes(body["lifetimes"])]
    return "\n".join(lines)


def _row(rule: dict[str, Any]) -> RuleRow:
    effect, tone = EFFECTS[rule.get("effect")]
    return RuleRow(
        name=rule["name"],
        when=rule["when"],
        because=rule.get("because", ""),
        effect=effect,
        tone=tone,
        final=rule.get("final", False),
        rest=tuple(_rest(rule)),
    )


def _rest(rule: dict[str, Any]) -> Iterator[str]:
    if rule.get("risk", "0") != "0":
        yield f"risk {rule['risk']}"
    if "queue" in rule:
        yield f"queue {rule['queue']}"
    if "priority" in rule:
        yield f"{rule['priority']} priority"
    if rule.get("approvals", 1) > 1:
        yield "two people"
    if "redact" in rule:
        yield f"takes out {', '.join(rule['redact'])}"
    if "ttl" in rule:
        yield f"lives at most {rule['ttl']}"
    if "retention" in rule:
        yield f"kept {rule['retention']} after expiry"
    if rule.get("must_sign"):
        yield "must be signed"


def _lifetimes(spans: dict[str, Any]) -> Iterator[tuple[str, str]]:
    # In our order: the database keeps the names of an object in its own.
    for kind in Kind:
        yield str(kind.label), spans["kinds"][kind]
    for tier in Tier:
        if tier in spans["tiers"]:
            yield f"{tier.label} tier, whatever the kind", spans["tiers"][tier]
    yield "Longest, whoever asks", spans["longest"]
    yield "Kept after expiry", spans["retention"]


def _folded(changes: list[Change]) -> Iterator[Change]:
    """What stays the same, only as far as it tells where the change is."""
    for place, change in enumerate(changes):
        lines = change.text.split("\n")
        if change.op != "same" or len(lines) <= 2 * AROUND + 1:
            yield change
            continue
        before = lines[:AROUND] if place > 0 else []
        after = lines[-AROUND:] if place < len(changes) - 1 else []
        yield Change("same", "\n".join([*before, "   ⋯", *after]))
