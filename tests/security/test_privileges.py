"""What each role of the database may do, by the catalog, beside a closed list.

A new table, function or grant fails here until somebody has said what it is for.
"""

import psycopg
import pytest
from psycopg.rows import tuple_row

from tests.database import DATABASE


def tables(names: str) -> frozenset[str]:
    return frozenset(names.split())


# What was recorded stays as it was.
HISTORY = tables(
    """
    access_review_answer access_review_line audit_activityday audit_anchor audit_auditevent
    audit_checkpoint audit_logleaf audit_reconciliation audit_runoutcome
    audit_traceretention audit_traceruleset keys_suppressedname memory_decisioneffect
    memory_desksetting memory_erasurecertificate memory_heldrun memory_lifecyclesetting
    memory_memorytransition memory_memoryversion memory_policyactivation memory_policyversion
    memory_recallsetting memory_retentionreport memory_retentionruleset memory_reviewdecision
    memory_reviewskip memory_snapshotitem memory_writesignature
    """
)
# By triggers of the owner's alone.
PUT_DOWN = frozenset({"audit_rowchange"})
# Goes on, and ends; a trigger says how. It is never taken away.
ENDED = tables(
    """
    accounts_agentfreeze audit_logtile memory_erasurestep memory_identitycode memory_legalbasis
    memory_legalhold memory_subjectrequest memory_subjectrestriction
    """
)
TAKEN_AWAY_ONLY = frozenset({"memory_snapshot"})
CURRENT = tables(
    """
    access_review_accessreview accounts_agent accounts_apikey accounts_idempotentanswer
    accounts_invitation accounts_membership accounts_noticesseen accounts_subject
    audit_agentminute audit_auditstream audit_logmark audit_memoryaccess audit_run
    audit_runfacet audit_span audit_spancontent audit_streamstate audit_trace audit_tracereplay
    keys_datakey keys_signingkey memory_digestsubscription memory_golditem memory_handover
    memory_isolationprobe memory_memory memory_memoryfingerprint memory_recallindex
    memory_reviewitem memory_reviewlook memory_reviewqueue memory_savedview memory_screeningrun
    memory_sealedcontent memory_secondopinion memory_subjectname tenancy_tenant
    webhooks_outgoingevent webhooks_webhookattempt webhooks_webhookdelivery
    webhooks_webhookendpoint webhooks_webhooksecret
    """
)
# No row security divides these: people, how they sign in, and what the framework keeps.
NO_TENANTS = tables(
    """
    account_emailaddress account_emailconfirmation accounts_user auth_group
    auth_group_permissions auth_permission console_cache django_content_type django_migrations
    django_session mfa_authenticator socialaccount_socialaccount socialaccount_socialapp
    socialaccount_socialtoken usersessions_usersession
    """
)
# Words that an erasure may blank in what else stays as it was; a trigger lets through nothing else.
BLANKED = frozenset(
    {
        "audit_auditevent": "actor_label note salt",
        "audit_runoutcome": "note",
        "memory_memorytransition": "reason",
        "memory_memoryversion": "confidence finding_codes importance metadata seal seal_key_id"
        " valid_from valid_to",
        "memory_reviewdecision": "comment",
        "memory_reviewskip": "comment",
    }.items()
)
# With their owner's rights, and who may call them.
DEFINERS = {
    ("mnemoscope_context", "mnemoscope_owner", "mnemoscope_app"),
    ("mnemoscope_context", "mnemoscope_owner", "mnemoscope_readonly"),
    ("audit_make_day", "mnemoscope_owner", "mnemoscope_app"),
    ("audit_drop_day", "mnemoscope_owner", "mnemoscope_app"),
}

GRANTS = """
SELECT c.relname, x.privilege_type
FROM pg_class c, aclexplode(c.relacl) x
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
  AND x.grantee = coalesce(to_regrole(%s)::oid, 0) AND x.grantee <> c.relowner
"""
COLUMNS = """
SELECT a.attrelid::regclass::text, string_agg(a.attname, ' ' ORDER BY a.attname),
  min(x.grantee)::regrole::text, min(x.privilege_type)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) x
WHERE c.relnamespace = 'public'::regnamespace GROUP BY 1
"""
UNDIVIDED = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
  AND relkind IN ('r', 'p') AND NOT relrowsecurity
"""
CALLERS = """
SELECT p.proname, p.proowner::regrole::text, coalesce(nullif(x.grantee, 0)::regrole::text, 'PUBLIC')
FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace,
  'information_schema'::regnamespace) AND x.grantee <> p.proowner
"""
# By the last of the path, a table of one's own session would be found first.
LOOSE_PATHS = """
SELECT proname FROM pg_proc, unnest(proconfig) setting
WHERE prosecdef AND setting LIKE 'search_path=%' AND setting NOT LIKE '%, pg_temp'
"""
SCHEMAS = """
SELECT n.nspname, x.grantee::regrole::text, x.privilege_type
FROM pg_namespace n, aclexplode(n.nspacl) x
WHERE n.nspname IN ('public', 'mnemoscope_private') AND x.grantee <> n.nspowner
"""
MEMBERS = """
SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members
WHERE member::regrole::text LIKE 'mnemoscope%' OR roleid::regrole::text LIKE 'mnemoscope%'
"""


@pytest.fixture
def ask(postgres, django_db_setup):
    """The catalog, as a superuser sees it."""
    with psycopg.connect(postgres.dsn(database=DATABASE), row_factory=tuple_row) as connection:
        yield lambda query, *given: set(connection.execute(query, given or None).fetchall())


def granted(ask, role):
    """By what may be done, the tables it may be done to."""
    tables = {}
    for table, privilege in ask(GRANTS, role):
        tables.setdefault(table, set()).add(privilege)
    return {
        kind: {table for table, may in tables.items() if " ".join(sorted(may)) == kind}
        for kind in {" ".join(sorted(may)) for may in tables.values()}
    }


def test_the_application_changes_what_is_current_and_only_adds_to_history(ask):
    assert granted(ask, "mnemoscope_app") == {
        "SELECT": PUT_DOWN,
        "INSERT SELECT": HISTORY,
        "INSERT SELECT UPDATE": ENDED,
        "DELETE INSERT SELECT": TAKEN_AWAY_ONLY,
        "DELETE INSERT SELECT UPDATE": CURRENT | NO_TENANTS,
    }
    assert ask(COLUMNS) == {
        (table, columns, "mnemoscope_app", "UPDATE") for table, columns in BLANKED
    }
    assert ask(UNDIVIDED) == {(table,) for table in NO_TENANTS}


def test_who_reads_for_reports_reads_no_session_password_or_second_factor(ask):
    divided = PUT_DOWN | HISTORY | ENDED | TAKEN_AWAY_ONLY | CURRENT
    assert granted(ask, "mnemoscope_readonly") == {"SELECT": divided}


def test_who_writes_tables_anew_reads_none_of_them(ask):
    [(may, tables)] = granted(ask, "mnemoscope_eraser").items()
    assert may == "MAINTAIN"
    assert tables >= PUT_DOWN | HISTORY | ENDED | CURRENT | NO_TENANTS


def test_everybody_else_may_do_nothing(ask):
    assert granted(ask, "nobody at all") == {}
    assert ask(SCHEMAS) == {
        ("public", "mnemoscope_app", "USAGE"),
        ("public", "mnemoscope_readonly", "USAGE"),
        ("public", "mnemoscope_eraser", "USAGE"),
    }
    assert ask(MEMBERS) == {("pg_checkpoint", "mnemoscope_eraser")}


def test_what_runs_with_its_owners_rights_is_called_by_few_and_finds_nothing_of_a_session(ask):
    assert ask(CALLERS) == DEFINERS
    assert ask(LOOSE_PATHS) == set()
