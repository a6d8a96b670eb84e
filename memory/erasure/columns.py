"""Every column that could hold a word, and whose it is: a store's, or why it is nobody's.

The catalog is asked, so a column is in neither only until the test of this table has run. What
remains of a person is looked for in all of them (`memory.erasure.residue`), in each tenant's rows.
"""

from enum import StrEnum

from memory.erasure.stores import STORES

# Also those without a tenant: of these the residue scan leaves out what is not the tenant's.
CATALOG = """
SELECT c.relname, a.attname, t.typname,
  EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = c.oid AND b.attname = 'tenant_id'),
  has_table_privilege(c.oid, 'SELECT')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
  AND (t.typcategory IN ('A', 'S', 'U') OR t.typname IN ('inet', 'xml'))
  AND t.typname <> 'uuid'
ORDER BY 1, 2
"""


class Why(StrEnum):
    """Why no erasure empties a column."""

    CODES = "codes, ids, dates and figures that we make"
    BYTES = "digests, signatures, proofs and wrapped keys"
    HOUSE = "what a tenant says of itself: its agents, rules, queues, receivers, and why"
    MEMBERS = "members, and what they or agents are called where they did something"
    AGENTS = "what agents call themselves, their tools, models and services"
    SERVER = "the server's: tenants' names, accounts, sessions, and Django's own tables"


# In those of the last four a person may be mentioned. Of a tenant's rows the residue scan finds
# it, and somebody decides; accounts end by their own members (docs/erasure.md).
OTHERS: dict[Why, dict[str, str]] = {
    Why.CODES: {
        "access_review_line": "kind holders",
        "accounts_agentfreeze": "stops frozen_by_kind thawed_by_kind",
        "accounts_apikey": "scopes",
        "accounts_invitation": "role",
        "accounts_membership": "role",
        "audit_activityday": "counts",
        "audit_auditevent": "kind outcome actor_kind object_kind reason payload",
        "audit_auditstream": "sends kind format",
        "audit_checkpoint": "note",
        "audit_memoryaccess": "memory_id access",
        "audit_reconciliation": "findings",
        "audit_rowchange": "source operation object_kind also",
        "audit_run": "pulse phase",
        "audit_runoutcome": "result reported_by_kind",
        "audit_span": "op state status cost_source dialect",
        "audit_tracereplay": "set_by_kind",
        "audit_traceretention": "set_by_kind days",
        "audit_traceruleset": "set_by_kind kind",
        "keys_datakey": "purpose wrapped_by destroyed_reason",
        "memory_decisioneffect": "review memories closed opened",
        "memory_desksetting": "set_by_kind law",
        "memory_erasurecertificate": "reference note",
        "memory_erasurestep": "name counts limits error",
        "memory_golditem": "verdict",
        "memory_handover": "made_by_kind",
        "memory_identitycode": "made_by_kind",
        "memory_isolationprobe": "leaks",
        "memory_legalbasis": "basis recorded_by_kind withdrawn_by_kind",
        "memory_legalhold": "scope placed_by_kind released_by_kind",
        "memory_lifecyclesetting": "set_by_kind rules",
        "memory_memory": "kind tier visibility state replaces",
        "memory_memorytransition": "state actor_kind tier",
        "memory_memoryversion": "derived_from author_kind",
        "memory_policyactivation": "activated_by_kind",
        "memory_policyversion": "created_by_kind",
        "memory_recallsetting": "weights set_by_kind",
        "memory_retentionreport": "kind lines made_by_kind",
        "memory_retentionruleset": "set_by_kind",
        "memory_reviewdecision": "outcome reason decided_by_kind",
        "memory_reviewitem": "kind status first_kind",
        "memory_reviewskip": "reason skipped_by_kind",
        "memory_savedview": "listing",
        "memory_secondopinion": "purpose verdict expected",
        "memory_subjectrequest": (
            "reference kind status law came_by alias_ids prepared_by taken_in_by_kind"
            " identified_by_kind approved_by_kind closed_by_kind ground outcome"
        ),
        "memory_writesignature": "algorithm",
        "webhooks_outgoingevent": "kind data",
        "webhooks_webhookendpoint": "kinds disabled_why",
    },
    Why.BYTES: {
        "accounts_apikey": "prefix digest",
        "accounts_invitation": "prefix digest",
        "audit_anchor": "receipt",
        "audit_auditevent": "trace_id span_id words_digest",
        "audit_auditstream": "certificates wrapped",
        "audit_checkpoint": "root",
        "audit_logleaf": "leaf_hash",
        "audit_logtile": "hashes",
        "audit_memoryaccess": "trace_id span_id",
        "audit_runoutcome": "trace_id",
        "audit_span": "trace_id span_id parent_id",
        "audit_trace": "trace_id link",
        "audit_tracereplay": "trace_id span_id",
        "keys_datakey": "wrapped",
        "keys_signingkey": "prefix wrapped",
        "keys_suppressedname": "digest",
        # Sealed, under a key that goes when the erasure does.
        "memory_erasurestep": "sealed",
        "memory_handover": "prefix digest",
        "memory_identitycode": "code_hash",
        "memory_memory": "content_digest",
        "memory_memoryversion": "content_digest trace_id span_id seal",
        "memory_reviewdecision": "content_digest",
        "memory_reviewitem": "content_digest",
        "memory_screeningrun": "rules",
        "memory_writesignature": "nonce value",
        "webhooks_webhooksecret": "wrapped",
    },
    Why.HOUSE: {
        "access_review_answer": "verdict seen comment",
        "access_review_line": "name seen",
        "accounts_agentfreeze": "reason thaw_reason",
        "accounts_apikey": "label",
        "audit_anchor": "sink",
        "audit_auditstream": "name address",
        "audit_streamstate": "last_error test_error",
        "audit_tracereplay": "reason",
        "audit_traceretention": "reason",
        "audit_traceruleset": "reason body",
        "memory_desksetting": "reason form_words",
        "memory_lifecyclesetting": "reason",
        "memory_policyactivation": "comment",
        "memory_policyversion": "body comment",
        "memory_recallsetting": "reason",
        "memory_retentionreport": "rules reason",
        "memory_retentionruleset": "rules reason",
        "memory_reviewitem": "queue",
        "memory_reviewqueue": "name description",
        "webhooks_webhookattempt": "error",
        "webhooks_webhookdelivery": "last_error",
        "webhooks_webhookendpoint": "url description",
    },
    Why.MEMBERS: {
        "access_review_accessreview": "started_by_label",
        "access_review_answer": "answered_by_label",
        "accounts_agentfreeze": "frozen_by_label thawed_by_label",
        "accounts_invitation": "email",
        "audit_runoutcome": "reported_by_label",
        "audit_tracereplay": "set_by_label",
        "audit_traceretention": "set_by_label",
        "audit_traceruleset": "set_by_label",
        "memory_desksetting": "set_by_label",
        "memory_golditem": "set_by_label",
        "memory_handover": "made_by_label",
        "memory_identitycode": "made_by_label",
        "memory_legalbasis": "recorded_by_label withdrawn_by_label",
        "memory_legalhold": "placed_by_label release_asked_by_label released_by_label",
        "memory_lifecyclesetting": "set_by_label",
        "memory_memoryversion": "author_label",
        "memory_policyactivation": "activated_by_label",
        "memory_policyversion": "created_by_label",
        "memory_recallsetting": "set_by_label",
        "memory_retentionreport": "made_by_label",
        "memory_retentionruleset": "set_by_label",
        "memory_reviewdecision": "decided_by_label",
        "memory_reviewitem": "claimed_by_label escalated_by_label",
        "memory_reviewlook": "looked_by_label",
        "memory_reviewskip": "skipped_by_label",
        "memory_secondopinion": "person_label",
        "memory_subjectrequest": (
            "taken_in_by_label identified_by_label approved_by_label closed_by_label"
        ),
    },
    Why.AGENTS: {
        "accounts_agent": "name",
        "audit_agentminute": "agent op tool",
        "audit_memoryaccess": "store agent",
        "audit_run": "agent service",
        "audit_span": "service agent tool model provider memory_store",
        "memory_legalhold": "agent_name",
    },
    Why.SERVER: {
        "account_emailaddress": "email",
        "account_emailconfirmation": "key",
        "accounts_user": "password email name",
        "auth_group": "name",
        "auth_permission": "name codename",
        "console_cache": "cache_key value",
        "django_content_type": "app_label model",
        "django_migrations": "app name",
        "django_session": "session_key session_data",
        "mfa_authenticator": "type data",
        "socialaccount_socialaccount": "provider uid extra_data",
        "socialaccount_socialapp": "provider name client_id secret key provider_id settings",
        "socialaccount_socialtoken": "token token_secret",
        "tenancy_tenant": "slug name second_factor_roles",
        "usersessions_usersession": "session_key user_agent data ip",
    },
}


def reason_of(table: str, column: str) -> Why | None:
    """Why no store empties it; None of one that is on no list."""
    for why, tables in OTHERS.items():
        if column in tables.get(table, "").split():
            return why
    return None


def stores_of(table: str, column: str) -> list[str]:
    """By which stores it is emptied: of a row that is deleted, every column."""
    return [store.name for store in STORES if store.empties(table, column)]
