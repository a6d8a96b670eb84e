"""For how long each kind of thing is kept, beside what is stored of it and what holds keep."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Min, Q, QuerySet, Sum

from audit.models import AgentMinute, AuditEvent, MemoryAccess, Run, SpanContent
from console.web.quantities import MOST_COUNTED, bounded
from memory.models import Memory, ReportKind, RetentionReport, State
from memory.retention.rules import MemoryRule, Rules

ENDED = [State.EXPIRED, State.SUPERSEDED, State.REJECTED, State.RETIRED]
NEVER = "forever"


@dataclass(frozen=True, slots=True)
class Kept:
    """`held` is what the latest run would have removed but for a hold; `since` None: nothing."""

    name: str
    kept: str
    stored: str
    since: date | datetime | None
    held: int = 0


@dataclass(frozen=True, slots=True)
class Unlimited:
    """What lives without an end, and why."""

    name: str
    stored: str
    why: str


@dataclass(frozen=True, slots=True)
class RetentionScreen:
    kept: Sequence[Kept]
    unlimited: Sequence[Unlimited]
    runs: Sequence[RetentionReport]

    @property
    def latest(self) -> RetentionReport | None:
        return self.runs[0] if self.runs else None


def retention_screen(rules: Rules, *, most: int) -> RetentionScreen:
    """Counts stop where counting would take long."""
    runs = list(RetentionReport.objects.filter(kind=ReportKind.RUN).order_by("-id")[:most])
    held: Counter[str] = Counter()
    for line in runs[0].lines if runs else []:
        held[line["store"]] += line["held"]
    kept = [*_memories(rules, held), *_traces(rules, held), *_events(rules, held)]
    return RetentionScreen(kept, _unlimited(rules), runs)


def words_of(rule: MemoryRule) -> str:
    told = []
    if rule.age_days:
        told.append(f"ends at {rule.age_days:,} d")
    if rule.keep_days:
        told.append(f"words {rule.keep_days:,} d after its end")
    return ", ".join(told)


def _memories(rules: Rules, held: Counter[str]) -> list[Kept]:
    live = Memory.objects.filter(state=State.ACTIVE)
    ended = Memory.objects.filter(state__in=ENDED)
    policy = "as policy granted"
    first, last = (rows.order_by("id").only("created_at").first() for rows in (live, ended))
    by_rule = [Kept(rule.name.capitalize(), words_of(rule), "", None) for rule in rules.memories]
    return [
        Kept(
            "Memories in force",
            policy,
            _some(live),
            first.created_at if first else None,
            held["end"],
        ),
        Kept(
            "Words of memories that ended",
            policy,
            _some(ended),
            last.created_at if last else None,
            held["words"],
        ),
        *by_rule,
    ]


def _traces(rules: Rules, held: Counter[str]) -> list[Kept]:
    days = rules.traces
    runs = Run.objects.aggregate(spans=Sum("span_count"), since=Min("first_seen"))
    # By their ids, which are in the order of time: the smallest is found without looking at all.
    access = MemoryAccess.objects.order_by("id").only("at").first()
    minute = AgentMinute.objects.order_by("minute").values_list("minute", flat=True).first()
    personal, other = (
        SpanContent.objects.filter(subject_id__isnull=is_null) for is_null in (False, True)
    )
    shorter = min(days.personal_content_days, days.content_days)
    return [
        _content("What spans said about subjects", personal, shorter, held["personal_contents"]),
        _content("What spans said otherwise", other, days.content_days, held["contents"]),
        Kept("Spans", _d(days.span_days), f"{runs['spans'] or 0:,}", runs["since"], held["spans"]),
        Kept(
            "Memories touched",
            _d(days.access_days),
            _some(MemoryAccess.objects.all()),
            access.at if access else None,
            held["accesses"],
        ),
        Kept("Counts by minute", _d(days.count_days), _some(AgentMinute.objects.all()), minute),
    ]


def _content(name: str, rows: QuerySet[Any], days: int, held: int) -> Kept:
    first = rows.order_by("id").only("day").first()
    return Kept(name, _d(days), f"{_some(rows)} blocks", first.day if first else None, held)


def _events(rules: Rules, held: Counter[str]) -> list[Kept]:
    if rules.event_days is None:
        return []
    events = AuditEvent.objects.all()
    first = events.order_by("id").only("recorded_at").first()
    since = first.recorded_at if first else None
    return [Kept("Audit events", _d(rules.event_days), _some(events), since, held["events"])]


def _unlimited(rules: Rules) -> list[Unlimited]:
    endless = Memory.objects.filter(state=State.ACTIVE, expires_at__isnull=True)
    wordy = Memory.objects.filter(Q(retention__isnull=True) | Q(expires_at__isnull=True))
    found = [
        Unlimited("Memories in force without an end", _some(endless), "Nobody gave them one."),
        Unlimited(
            "Words of memories that ended",
            _some(wordy.filter(state__in=ENDED)),
            "No policy said for how long.",
        ),
    ]
    if rules.event_days is None:
        why = "Nobody said for how long. They prove what happened, and hold no memory's words."
        found.append(Unlimited("Audit events", _some(AuditEvent.objects.all()), why))
    return [one for one in found if one.stored != "0"]


def _d(days: int) -> str:
    return f"{days:,} d"


def _some(rows: QuerySet[Any]) -> str:
    return bounded(rows[: MOST_COUNTED + 1].count())
