"""Traces that name a person in passing: in what agents called the conversation, the run, a step."""

from uuid import UUID

from django.db import connection

from console.tenancy.scope import current_tenant_id
from memory.erasure.words import Words

# A trace that says nothing of whom it is about, but whose conversation, run or steps are called
# after the person: from here on it is about them, and goes with the rest.
NAMED_IN_PASSING = """
UPDATE audit_trace t SET subject_id = %(s)s
WHERE t.tenant_id = %(t)s AND t.subject_id IS NULL AND (
  t.run_id IN (SELECT id FROM audit_run WHERE tenant_id = %(t)s
    AND (key ~* ANY(%(p)s) OR name ~* ANY(%(p)s)))
  OR t.trace_id IN (SELECT trace_id FROM audit_span WHERE tenant_id = %(t)s
    AND (conversation ~* ANY(%(p)s) OR name ~* ANY(%(p)s) OR error_type ~* ANY(%(p)s))))
"""


def claim_traces(subject_id: UUID | None, words: Words) -> int:
    """How many of the tenant at hand that were."""
    if not words.patterns:
        return 0
    told = {"t": current_tenant_id(), "s": subject_id, "p": words.patterns}
    with connection.cursor() as cursor:
        cursor.execute(NAMED_IN_PASSING, told)
        return int(cursor.rowcount)
