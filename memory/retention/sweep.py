"""Retention carried out for one tenant, and the report of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from uuid import UUID

from audit.forgetting import forget_old_traces
from audit.pruning import Reason, prune
from audit.trail import append
from console.accounts.actor import Actor, system_actor
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions.expire import expire_memories
from memory.actions.forget import forget_memories
from memory.models import ReportKind, RetentionReport
from memory.retention.due import ENDS, WORDS, Due, due
from memory.retention.lines import Line, lines_of, rule_name
from memory.retention.rules import Rules, rules_in_force

BATCH = 200
# One that removed nothing is told of once a day, for what holds kept.
TOLD_ANYWAY = timedelta(hours=23)


def carry_out(tenant_id: UUID, dropped: Mapping[str, Sequence[str]]) -> RetentionReport | None:
    """In batches, each a transaction. None where nothing was removed, and that was told today.

    `dropped` are the days by table that went with their partitions.
    """
    with tenant_scope(tenant_id):
        rules = rules_in_force()
    removed = _memories(tenant_id, ENDS, rules) + _memories(tenant_id, WORDS, rules)
    with tenant_scope(tenant_id):
        gone = asdict(forget_old_traces(dropped))
    gone["events"] = 0 if rules.event_days is None else prune(tenant_id, rules.event_days)
    with tenant_scope(tenant_id):
        return _report(rules, removed, gone, actor=system_actor(tenant_id, "retention"))


def _memories(tenant_id: UUID, what: str, rules: Rules) -> Counter[tuple[str, int, str]]:
    """How many, by what became of them, rule and data class."""
    removed: Counter[tuple[str, int, str]] = Counter()
    actor = system_actor(tenant_id, "retention")
    while True:
        with tenant_scope(tenant_id):
            batch = due(what, rules.memories, at=now(), most=BATCH)
            changed = _act(what, batch, rules, actor=actor)
        removed.update((what, one.rule, one.data_class) for one in batch if one.id in changed)
        if not changed:
            return removed


def _act(what: str, batch: Sequence[Due], rules: Rules, *, actor: Actor) -> set[UUID]:
    ids = [one.id for one in batch]
    if not ids:
        return set()
    if what == ENDS:
        ended = expire_memories(actor=actor, memory_ids=ids, reason="retention")
        return {memory.id for memory in ended.changed}
    forgotten = forget_memories(actor=actor, memory_ids=ids, rules=rules.memories)
    return {memory.id for memory in forgotten.changed}


def _report(
    rules: Rules,
    removed: Counter[tuple[str, int, str]],
    gone: Mapping[str, int],
    *,
    actor: Actor,
) -> RetentionReport | None:
    """What is left to remove now is what came due meanwhile: only what is held counts of it."""
    newest = RetentionReport.objects.filter(kind=ReportKind.RUN).order_by("-id").first()
    any_removed = any(removed.values()) or any(gone.values())
    if not any_removed and newest is not None and newest.made_at > now() - TOLD_ANYWAY:
        return None
    left = [_left(line) for line in lines_of(rules)]
    lines = {(line.store, line.rule, line.data_class): line for line in left}
    for (what, number, data_class), count in removed.items():
        key = (what, rule_name(number, rules.memories), data_class)
        line = lines.get(key) or Line(store=what, rule=key[1], data_class=data_class)
        lines[key] = replace(line, count=line.count + count)
    for line in left:
        if line.store in gone:
            key = (line.store, line.rule, line.data_class)
            lines[key] = replace(line, count=gone[line.store])
    report = RetentionReport.objects.create(
        kind=ReportKind.RUN,
        rules=rules.as_json(),
        lines=[line.as_json() for line in lines.values()],
        made_by_kind=actor.kind,
        made_by_id=actor.id,
        made_by_label=actor.label[:200],
    )
    append(
        actor=actor,
        kind="retention.carried_out",
        object_kind=report.audit_kind,
        object_id=report.id,
        payload={"removed": report.removed, "held": report.held},
    )
    return report


def _left(line: Line) -> Line:
    """Of events none comes due within a sweep: what could have gone was refused."""
    if line.store == "events" and line.count:
        line = replace(line, waiting=line.waiting + line.count, reason=Reason.REFUSED)
    return replace(line, count=0, oldest=None)
