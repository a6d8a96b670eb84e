"""Following influence: memory to recalls, to what came after in the same turn, to memories again.

By level and set-wise: a handful of statements for each of at most DEPTH levels, however much there
is. What is left out because there is more than the bounds allow is told (`Influence.cut`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from audit.influence.after import Written, decisions_counted, writes_in
from audit.influence.recalls import Recall, Sought, recalls_of
from audit.influence.turns import turns_after
from audit.models import AccessSource
from console.accounts.actor import Actor
from console.platform.clock import now
from memory.access import hidden_runs
from memory.influence.origins import Origin, as_uuid, untold_among
from memory.influence.reached import Cut, Evidence, Influence, InfluencedRun, Reached
from memory.models import MemoryVersion

DEPTH = 5
MOST_RECALLS = 20_000
MOST_RUNS = 5_000
MOST_MEMORIES = 2_000
MOST_WRITES = 20_000
EPOCH = datetime.fromtimestamp(0, UTC)


BY_SOURCE = {AccessSource.API: Evidence.RECORDED, AccessSource.SPAN: Evidence.CLAIMED}


def follow(
    actor: Actor,
    origin: Origin,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Influence:
    """Recalls outside `since` and `until` are passed over, with all that came of them.

    So is every memory that the actor may not see: it looks as if it were not there.
    """
    found = _Following(actor, origin, since or EPOCH, until or now() + timedelta(days=1))
    return found.all()


class _Following:
    def __init__(self, actor: Actor, origin: Origin, since: datetime, until: datetime) -> None:
        self.actor = actor
        self.since, self.until = since, until
        self.found = Influence(origin)
        self.runs: dict[UUID, InfluencedRun] = {}
        self.seen_recalls: set[tuple[str, datetime, bytes | None, bytes | None]] = set()

    def all(self) -> Influence:
        found = self.found
        if found.origin.cut:
            found.cut.add(Cut.ROOTS)
        level = [
            Reached(
                root.memory_id,
                0,
                root.since,
                version=root.version,
                until=root.until,
                store=root.store,
            )
            for root in found.origin.roots
        ]
        found.memories = {one.memory_id: one for one in level}
        for depth in range(DEPTH + 1):
            reached = self._reached_from(level, depth)
            level = self._new(reached)
            if not level:
                break
            if depth == DEPTH:
                found.cut.add(Cut.DEPTH)
                break
            found.memories |= {one.memory_id: one for one in level}
        self._count_decisions()
        found.runs = sorted(self.runs.values(), key=lambda run: (run.last_at, run.run_id))[::-1]
        return found

    def _reached_from(self, level: Sequence[Reached], depth: int) -> list[Reached]:
        recalls = self._recalls(level)
        self._count(recalls, depth)
        turns = turns_after(recalls)
        self.found.turns += turns
        written = writes_in(turns, most=MOST_WRITES)
        if len(written) == MOST_WRITES:
            self.found.cut.add(Cut.MEMORIES)
        return [*_declared(level), *(self._reached(one, depth) for one in written)]

    def _recalls(self, level: Sequence[Reached]) -> list[Recall]:
        left = MOST_RECALLS - self.found.recalls
        skew = self.found.origin.skew
        sought = [
            Sought(one.memory_id, one.since if one.level else one.since - skew, one.version)
            for one in level
        ]
        recalls = recalls_of(sought, since=self.since, until=self.until, most=left + 1)
        hidden = hidden_runs(self.actor, {one.run_id for one in recalls if one.run_id})
        if len(recalls) > left:
            self.found.cut.add(Cut.RECALLS)
        fresh = []
        for recall in recalls[:left]:
            key = (recall.memory_id, recall.at, recall.trace_id, recall.span_id)
            if recall.run_id in hidden:
                continue
            if key not in self.seen_recalls and self._within_runs(recall):
                self.seen_recalls.add(key)
                fresh.append(recall)
        return fresh

    def _within_runs(self, recall: Recall) -> bool:
        """Makes a place for its run, if there still is one."""
        if recall.run_id is None or recall.run_id in self.runs:
            return True
        if len(self.runs) == MOST_RUNS:
            self.found.cut.add(Cut.RUNS)
            return False
        self.runs[recall.run_id] = InfluencedRun(recall.run_id, DEPTH, recall.at, recall.at)
        return True

    def _count(self, recalls: Iterable[Recall], depth: int) -> None:
        found = self.found
        for recall in recalls:
            found.recalls += 1
            found.by_day[recall.at.astimezone(UTC).date()] += 1
            found.readers[recall.agent] += 1
            if recall.subject_id is not None:
                found.subject_ids.add(recall.subject_id)
            found.first_at = min(found.first_at or recall.at, recall.at)
            found.last_at = max(found.last_at or recall.at, recall.at)
            if recall.run_id is None:
                found.unseen += 1
                continue
            run = self.runs[recall.run_id]
            run.level = min(run.level, depth)
            run.first_at, run.last_at = min(run.first_at, recall.at), max(run.last_at, recall.at)
            run.recalls += 1
            run.recalled.add(recall.memory_id)
            run.agents.add(recall.agent)
            if recall.source is AccessSource.API:
                run.evidence = Evidence.RECORDED

    def _reached(self, written: Written, depth: int) -> Reached:
        before = {
            memory_id
            for memory_id, at_ns in written.turn.recalled.items()
            if at_ns < written.at_ns and memory_id != written.memory_id
        }
        return Reached(
            written.memory_id,
            depth + 1,
            written.at,
            link=Evidence.AFTER,
            written=BY_SOURCE[written.source],
            version=None,
            parents=before,
            run_id=written.turn.run_id,
            trace_id=written.trace_id,
            span_id=written.span_id,
            agent=written.agent,
            store=written.store,
        )

    def _new(self, reached: Sequence[Reached]) -> list[Reached]:
        """Those not met before, each once; what is said twice is kept with the surer word."""
        new: dict[str, Reached] = {}
        untold = untold_among(self.actor, (one.memory_id for one in reached))
        for one in reached:
            if one.memory_id in untold:
                continue
            if one.run_id is not None and one.run_id in self.runs:
                self.runs[one.run_id].wrote.add(one.memory_id)
            known = self.found.memories.get(one.memory_id)
            if one.memory_id in new:
                new[one.memory_id].add(one)
            elif known is not None:
                # Written earlier than was known: what recalled it before then is to be seen too.
                if known.level and one.since < known.since:
                    new[one.memory_id] = known
                known.add(one)
            elif len(self.found.memories) + len(new) == MOST_MEMORIES:
                self.found.cut.add(Cut.MEMORIES)
            else:
                new[one.memory_id] = one
        return list(new.values())

    def _count_decisions(self) -> None:
        counted = decisions_counted(self.found.turns)
        runs_of = {turn.trace_id: turn.run_id for turn in self.found.turns}
        for trace_id, count in counted.items():
            run = self.runs[runs_of[trace_id]]
            run.models += count.models
            run.tools += count.tools


def _declared(level: Sequence[Reached]) -> list[Reached]:
    """Memories of which any version names one of these, written while it said what is meant."""
    parents = {parsed: one for one in level if (parsed := as_uuid(one.memory_id))}
    if not parents:
        return []
    naming = MemoryVersion.objects.filter(derived_from__overlap=list(parents))
    # As the index says it, or the planner would not take it.
    naming = naming.exclude(derived_from=[]).order_by("recorded_at")
    columns = naming.values_list("memory_id", "recorded_at", "derived_from", "author_label")
    reached = []
    for memory_id, recorded_at, named, author in columns[: MOST_MEMORIES + 1]:
        of_these = {
            str(parent)
            for parent in named
            if parent in parents and _stood(parents[parent], recorded_at)
        }
        if of_these:
            reached.append(
                Reached(
                    str(memory_id),
                    parents[UUID(next(iter(of_these)))].level + 1,
                    recorded_at,
                    link=Evidence.DECLARED,
                    written=Evidence.RECORDED,
                    parents=of_these,
                    agent=author,
                )
            )
    return reached


def _stood(parent: Reached, at: datetime) -> bool:
    return parent.since <= at and (parent.until is None or at < parent.until)
