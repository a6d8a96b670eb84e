"""What retention would remove at a moment, and what it may not: a line for each store and rule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from audit.forgetting import PARTS, Part, bounds_of
from audit.pruning import Reason, outlook
from console.platform.clock import now
from memory.retention.due import BY_POLICY, counts
from memory.retention.rules import MemoryRule, Rules

STORES = {
    "end": "Memories that end",
    "words": "Words of memories that ended",
    "personal_contents": "What spans said about subjects",
    "contents": "What spans said otherwise",
    "spans": "Spans",
    "accesses": "Memories touched",
    "minutes": "Counts by minute",
    "events": "Audit events",
}
UNITS = {"personal_contents": "blocks", "contents": "blocks"}
REASONS = {
    Reason.HOLD: "A legal hold stands: until it is released, no event goes.",
    Reason.STREAM: "A stream has yet to send them.",
    Reason.ANCHOR: "Nobody outside has a checkpoint that ends there.",
    Reason.REFUSED: "The database refused: see what manage.py verify_audit says.",
}
# `old` and `held` are conditions of ours.
COUNT = """
SELECT count(*) FILTER (WHERE {0.old} AND NOT {0.held}), min({0.when}) FILTER (WHERE {0.old}),
  count(*) FILTER (WHERE {0.old} AND {0.held}), min({0.when}) FILTER (WHERE NOT ({0.old}))
FROM {0.table} WHERE tenant_id = %(tenant)s AND {0.about}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What goes of one store by one rule. Days are ISO 8601, in UTC.

    `count` go, the oldest from `oldest`; `held` would go but for a hold; more follow at `next_at`.
    Of events, `waiting` would go but for another `reason`.
    """

    store: str
    rule: str
    data_class: str = ""
    count: int = 0
    oldest: str | None = None
    held: int = 0
    next_at: str | None = None
    waiting: int = 0
    reason: str = ""

    @property
    def meaning(self) -> str:
        """Why events stay, as a sentence."""
        return REASONS[Reason(self.reason)] if self.reason else ""

    @property
    def label(self) -> str:
        return STORES[self.store]

    @property
    def unit(self) -> str:
        return UNITS.get(self.store, "")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Line":
        return cls(**stored)


def lines_of(rules: Rules) -> list[Line]:
    """By a dozen statements; those of large tables read all of them."""
    return [
        *memory_lines(rules),
        *(_trace_line(part, rules) for part in PARTS),
        *([] if rules.event_days is None else [_event_line(rules.event_days)]),
    ]


def memory_lines(rules: Rules) -> list[Line]:
    return [
        Line(
            store=one.what,
            rule=rule_name(one.rule, rules.memories),
            data_class=one.data_class,
            count=one.now,
            oldest=_text(one.oldest),
            held=one.held,
            next_at=_text(one.next_at),
        )
        for one in counts(rules.memories, at=now())
    ]


def rule_name(number: int, rules: tuple[MemoryRule, ...]) -> str:
    return "policy" if number == BY_POLICY else rules[number - 1].name


def _trace_line(part: Part, rules: Rules) -> Line:
    days = part.days_of(rules.traces)
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(part), bounds_of(days))
        count, oldest, held, youngest = cursor.fetchone()
    return Line(
        store=part.name,
        rule=f"{days} days",
        count=count,
        oldest=_text(oldest),
        held=held,
        next_at=_text(youngest + timedelta(days + 1)) if youngest else None,
    )


def _event_line(days: int) -> Line:
    found = outlook(days)
    is_held = found.reason is Reason.HOLD
    return Line(
        store="events",
        rule=f"{days} days",
        count=found.count,
        oldest=_text(found.oldest),
        held=found.kept if is_held else 0,
        next_at=_text(found.next_at),
        waiting=0 if is_held else found.kept,
        reason=found.reason or "",
    )


def _text(moment: date | datetime | None) -> str | None:
    """A day, in UTC."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(UTC).date()
    return moment.isoformat() if moment else None
