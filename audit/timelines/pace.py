"""How long a step took beside others like it."""

from dataclasses import dataclass
from typing import LiteralString

from django.db import connection

from audit.models import Run
from audit.timelines.step import Step
from console.tenancy.scope import current_tenant_id

# The latest runs of the same agent, and the first steps of each: what is read stays bounded.
RUNS, STEPS = 20, 200
LEAST = 5
ALIKE: LiteralString = """
WITH latest AS MATERIALIZED (
  SELECT id, first_seen, last_seen FROM audit_run
  WHERE tenant_id = %(tenant)s AND agent = %(agent)s ORDER BY last_seen DESC LIMIT %(runs)s
)
SELECT count(*), count(*) FILTER (WHERE one.duration_ns < %(took)s),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY one.duration_ns)
FROM latest CROSS JOIN LATERAL (
  SELECT op, tool, model, duration_ns, trace_id, span_id FROM audit_span s
  WHERE s.tenant_id = %(tenant)s AND s.run_id = latest.id
    AND s.start_time BETWEEN latest.first_seen AND latest.last_seen
  ORDER BY s.start_time LIMIT %(steps)s
) one
WHERE one.op = %(op)s AND one.tool = %(tool)s AND one.model = %(model)s
  AND one.duration_ns IS NOT NULL AND (one.trace_id, one.span_id) <> (%(trace)s, %(span)s)
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """`others` like it were looked at; it took longer than `share` of them, from 0 to 1."""

    others: int
    share: float
    median_ns: int

    @property
    def percent(self) -> int:
        """Cut, not rounded: longer than 100 % of the others is longer than all of them."""
        return int(self.share * 100)


def pace_of(step: Step, run: Run) -> Pace | None:
    """Among steps with the same tool or model of the agent's latest runs. One query.

    None while it runs, and where there are too few to tell.
    """
    if step.duration_ns is None or not run.agent:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            ALIKE,
            {
                "tenant": current_tenant_id(),
                "agent": run.agent,
                "runs": RUNS,
                "steps": STEPS,
                "took": step.duration_ns,
                "op": step.op,
                "tool": step.tool,
                "model": step.model,
                "trace": bytes.fromhex(step.trace_id),
                "span": bytes.fromhex(step.span_id),
            },
        )
        others, faster, median = cursor.fetchone()
    return Pace(others, faster / others, median) if others >= LEAST else None
