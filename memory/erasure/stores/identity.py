"""Last: the identifier itself, and what people wrote in events about what is erased.

The subject stays as a pseudonym, an id that everything else points at. Events stay in the log,
which goes on verifying: an entry holds but a digest of words (`audit.trail.forget_words`).
"""

from audit.trail import forget_words
from console.accounts.actor import Actor
from memory.erasure.person import Person
from memory.erasure.stores.store import SCOPE, Store, run

EVENTS = 1_000

WORDED = """
x.note <> '' AND x.object_id IN (
  SELECT id FROM subjects UNION ALL SELECT id FROM about UNION ALL SELECT id FROM reviews
  UNION ALL SELECT id FROM runs
  UNION ALL SELECT id FROM memory_legalhold h WHERE h.tenant_id = %(t)s
    AND (h.subject_id IN (SELECT id FROM subjects) OR h.memory_id IN (SELECT id FROM about))
  UNION ALL SELECT id FROM memory_legalbasis b WHERE b.tenant_id = %(t)s
    AND b.subject_id IN (SELECT id FROM subjects)
  UNION ALL SELECT id FROM memory_subjectrequest q WHERE q.tenant_id = %(t)s
    AND q.subject_id IN (SELECT id FROM subjects))
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
