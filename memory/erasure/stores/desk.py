"""What the desk itself wrote down about the person."""

from memory.erasure.stores.store import CALLED, Store

OF_THEM = "x.subject_id IN (SELECT id FROM subjects)"

NAMES = Store(
    governed=True,
    name="known_names",
    label="Known names",
    what_happens="Deleted; the suppression list keeps keyed hashes of them.",
    table="memory_subjectname",
    left=OF_THEM,
)
BASES = Store(
    governed=True,
    name="legal_bases",
    label="Legal bases",
    what_happens="Their notes are blanked. Which basis stood when stays.",
    table="memory_legalbasis",
    left=f"{OF_THEM} AND x.note <> ''",
    sample="x.note",
    blank="note = ''",
)
HOLDS = Store(
    governed=True,
    name="legal_holds",
    label="Released legal holds",
    what_happens="Their grounds are blanked. Who held what, and until when, stays.",
    table="memory_legalhold",
    left=(
        f"({OF_THEM} OR x.memory_id IN (SELECT id FROM about)"
        " OR x.run_id IN (SELECT id FROM runs)) AND x.released_at IS NOT NULL"
        " AND (x.ground <> 'erased' OR x.release_reason <> 'erased')"
    ),
    sample="x.ground",
    blank="ground = 'erased', release_reason = 'erased'",
)
SNAPSHOTS = Store(
    governed=True,
    name="snapshots",
    label="Snapshots of what is about them",
    what_happens="Deleted with all they name, and so are those called after them.",
    table="memory_snapshot",
    left=(
        f"{OF_THEM} OR concat_ws(' ', x.name, x.namespace::text, x.filters::text, x.reason)"
        f" ~* {CALLED}"
    ),
    sample="x.name",
    also_in=("memory_snapshotitem",),
)
REQUESTS = Store(
    governed=True,
    name="request_words",
    label="What was said on their requests",
    what_happens="Blanked; where the answer goes is kept sealed until it has gone there.",
    table="memory_subjectrequest",
    left=(
        f"({OF_THEM} OR x.alias_ids && %(s)s::uuid[])"
        " AND (x.closed_at IS NOT NULL OR x.id = %(r)s)"
        " AND (x.named <> '' OR x.also_named <> '{}' OR x.asked_by <> '' OR x.wish <> ''"
        " OR x.identity_check <> '' OR x.extension_reason <> '' OR x.close_reason <> ''"
        " OR x.waiting_for <> '' OR x.contact <> '')"
    ),
    sample="x.asked_by",
    blank=(
        "named = '', also_named = '{}', asked_by = '', wish = '', identity_check = '',"
        " extension_reason = '', close_reason = '', waiting_for = '', contact = ''"
    ),
)
VIEWS = Store(
    governed=True,
    name="views",
    label="Saved views that name them",
    what_happens="Deleted.",
    table="memory_savedview",
    left=(
        "EXISTS (SELECT FROM jsonb_each_text(x.filters) f JOIN accounts_subject s"
        " ON s.tenant_id = x.tenant_id AND s.id IN (SELECT id FROM subjects)"
        " AND f.value IN (s.external_id, s.id::text))"
        f" OR concat_ws(' ', x.name, x.filters::text) ~* {CALLED}"
    ),
    sample="x.name",
)
