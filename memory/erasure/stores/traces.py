"""What agents' traces say: of every trace that names the person, all of it."""

from memory.erasure.stores.store import CALLED, IN_THEIR_DAYS, Store

SPANS = Store(
    name="spans",
    label="Steps of their traces",
    what_happens="Their names, conversations and errors are blanked; times and figures stay.",
    table="audit_span",
    key=("trace_id", "span_id", "start_time"),
    left=f"{IN_THEIR_DAYS} AND (x.name <> '' OR x.conversation <> '' OR x.error_type <> '')",
    sample="x.name",
    blank="name = '', conversation = '', error_type = ''",
)
ACCESSES = Store(
    name="accesses",
    label="Records of who read and wrote",
    what_happens=(
        "What for is blanked; what their traces claim of other stores is deleted."
        " Which agent touched which memory, and when, stays, by ids."
    ),
    table="audit_memoryaccess",
    key=("id", "at"),
    left="x.purpose <> '' AND x.memory_id IN (SELECT id FROM about_texts)",
    sample="x.purpose",
    blank="purpose = ''",
)
CLAIMS = Store(
    name="claimed_accesses",
    label="Records of other stores, as their traces tell",
    what_happens="Deleted.",
    table="audit_memoryaccess",
    key=("id", "at"),
    left=(
        "x.source = 'span' AND x.trace_id IN (SELECT trace_id FROM traces)"
        " AND x.memory_id NOT IN (SELECT id FROM about_texts)"
    ),
)
FACETS = Store(
    name="run_facets",
    label="What their runs are found by",
    what_happens="Names, errors and the person are deleted; tools, models and agents stay.",
    table="audit_runfacet",
    key=("kind", "value", "run_id"),
    left=(
        "(x.kind = 4 AND x.value IN (SELECT id::text FROM subjects))"
        " OR (x.kind IN (3, 7) AND x.run_id IN (SELECT id FROM runs))"
    ),
    sample="CASE WHEN x.kind <> 4 THEN x.value END",
)
RUNS = Store(
    name="runs",
    label="Runs of their traces",
    what_happens="Their names and keys are blanked; figures stay.",
    table="audit_run",
    left=(
        "(x.name <> '' OR x.key <> x.id::text) AND (x.id IN (SELECT id FROM runs)"
        f" OR x.key ~* {CALLED} OR x.name ~* {CALLED})"
    ),
    sample="x.name",
    blank="name = '', key = x.id::text",
)
# One that named a trace follows it, whichever run that joined.
OF_THEIR_RUNS = "(x.run_id IN (SELECT id FROM runs) OR x.trace_id IN (SELECT trace_id FROM traces))"
OUTCOMES = Store(
    governed=True,
    name="run_outcomes",
    label="Notes on how their runs went",
    what_happens="Blanked. The outcome stays.",
    table="audit_runoutcome",
    left=f"{OF_THEIR_RUNS} AND x.note <> ''",
    sample="x.note",
    blank="note = ''",
)
