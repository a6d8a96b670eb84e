"""Last: the identifier itself, and what people wrote in events about what is erased.

The subject stays as a pseudonym, an id that everything else points at. Events stay in the log,
which goes on verifying: an entry holds but a digest of words (`audit.trail.forget_words`).
"""

from audit.trail import forget_words
from console.accounts.actor import Actor
from memory.erasure.person import Person
from memory.erasure.stores.store import SCOPE, Store, run

EVENTS = 1_000

# Of many decided at once, what was said of all of them was said of theirs. A snapshot that is gone
# is known by its events only.
WORDED = """
x.note <> '' AND x.object_id IN (
  SELECT id FROM subjects UNION ALL SELECT id FROM about UNION ALL SELECT id FROM reviews
  UNION ALL SELECT id FROM runs
  UNION ALL SELECT encode(trace_id, 'hex')::uuid FROM traces
  UNION ALL SELECT id FROM audit_runoutcome o WHERE o.tenant_id = %(t)s
    AND (o.run_id IN (SELECT id FROM runs) OR o.trace_id IN (SELECT trace_id FROM traces))
  UNION ALL SELECT batch_id FROM memory_reviewdecision d WHERE d.tenant_id = %(t)s
    AND d.review_id IN (SELECT id FROM reviews)
  UNION ALL SELECT id FROM memory_secondopinion o WHERE o.tenant_id = %(t)s
    AND o.review_id IN (SELECT id FROM reviews)
  UNION ALL SELECT id FROM memory_golditem g WHERE g.tenant_id = %(t)s
    AND g.review_id IN (SELECT id FROM reviews)
  UNION ALL SELECT id FROM memory_legalhold h WHERE h.tenant_id = %(t)s
    AND (h.subject_id IN (SELECT id FROM subjects) OR h.memory_id IN (SELECT id FROM about)
      OR h.run_id IN (SELECT id FROM runs))
  UNION ALL SELECT id FROM memory_legalbasis b WHERE b.tenant_id = %(t)s
    AND b.subject_id IN (SELECT id FROM subjects)
  UNION ALL SELECT id FROM memory_subjectrequest q WHERE q.tenant_id = %(t)s
    AND (q.subject_id IN (SELECT id FROM subjects) OR q.alias_ids && %(s)s::uuid[])
  UNION ALL SELECT object_id FROM audit_auditevent e WHERE e.tenant_id = %(t)s
    AND e.kind = 'snapshot.created' AND e.payload->>'subject_id' IN (
      SELECT id::text FROM subjects))
"""


def _forget(person: Person, actor: Actor) -> int:  # noqa: ARG001 - as of every store
    worded = f"{SCOPE} SELECT x.id FROM audit_auditevent x WHERE x.tenant_id = %(t)s AND {WORDED}"
    return forget_words([id_ for (id_,) in run(f"{worded} LIMIT {EVENTS}", person)])


EVENT_WORDS = Store(
    name="event_words",
    label="Words in the audit trail",
    what_happens="Blanked; the events stay, with ids and codes, and the log goes on verifying.",
    table="audit_auditevent",
    left=WORDED,
    sample="x.note",
    erase=_forget,
    by_hand=tuple(f"audit_auditevent.{one}" for one in ("note", "actor_label", "salt")),
)
SUBJECT = Store(
    governed=True,
    name="subject",
    label="Your identifier of the person",
    what_happens="Replaced by a pseudonym; the suppression list keeps a keyed hash of it.",
    table="accounts_subject",
    left="x.id IN (SELECT id FROM subjects) AND x.external_id <> 'erased:' || x.id::text",
    sample="x.external_id",
    blank="external_id = 'erased:' || x.id::text",
)
