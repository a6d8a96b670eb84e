"""What was on its way in or out."""

from memory.erasure.stores.store import CALLED, Store

A_UUID = "'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'"

ANSWERS = Store(
    name="idempotent_answers",
    label="Answers kept for repeated requests",
    what_happens="Deleted: a repetition is refused as any other write about them.",
    table="accounts_idempotentanswer",
    left=(
        f"EXISTS (SELECT FROM regexp_matches(x.body::text, {A_UUID}, 'g') found"
        " WHERE found[1] IN (SELECT id FROM about_texts))"
        " OR EXISTS (SELECT FROM accounts_subject s WHERE s.tenant_id = x.tenant_id"
        " AND s.id IN (SELECT id FROM subjects) AND position(s.external_id IN x.body::text) > 0)"
        f" OR concat_ws(' ', x.key, x.body::text) ~* {CALLED}"
    ),
    sample="x.key",
)
WEBHOOKS = Store(
    name="webhook_answers",
    label="What receivers of webhooks answered",
    what_happens="Blanked. Messages themselves hold ids and codes only, and stay.",
    table="webhooks_webhookattempt",
    left=(
        f"x.excerpt <> '' AND (x.excerpt ~* {CALLED}"
        " OR x.delivery_id IN (SELECT d.id FROM webhooks_webhookdelivery d"
        " JOIN webhooks_outgoingevent e ON e.tenant_id = d.tenant_id AND e.id = d.event_id"
        " WHERE d.tenant_id = %(t)s AND e.memory_id IN (SELECT id FROM about)))"
    ),
    sample="x.excerpt",
    blank="excerpt = ''",
)
