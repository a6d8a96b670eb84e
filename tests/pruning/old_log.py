"""An old log, its sweep and its verification; what a superuser does to it."""

import json
from contextlib import suppress
from io import StringIO

from django.core.management import CommandError, call_command

from audit.models import Checkpoint
from audit.proof.pruned import payload_of
from audit.trail import append
from console.accounts.actor import system_actor
from console.tenancy.scope import tenant_scope
from memory.actions import confirm_retention, simulate_retention
from memory.retention.rules import Rules
from memory.retention.sweep import carry_out
from tests.proof.log import behind_the_applications_back
from tests.proof.test_sequencer import a_sequencer

YEAR = Rules(event_days=365)


def seal():
    a_sequencer().finish()


def in_force(acme, alice, rules=YEAR):
    with tenant_scope(acme.id):
        confirm_retention(
            actor=alice.actor, report=simulate_retention(actor=alice.actor, rules=rules)
        )


def line_of(report):
    [line] = [line for line in report.lines if line["store"] == "events"]
    return line


def swept(acme):
    return line_of(carry_out(acme.id, {}))


def looked(acme, alice, rules=YEAR):
    with tenant_scope(acme.id):
        return line_of(simulate_retention(actor=alice.actor, rules=rules))


def checkpoint(acme, number):
    with tenant_scope(acme.id):
        return Checkpoint.objects.get(number=number)


def verification():
    """What the command found, as codes with places; and all that it said."""
    out = StringIO()
    with suppress(CommandError):
        call_command("verify_audit", "--tenant", "acme", "--json", stdout=out)
    report = json.loads(out.getvalue())["acme"]
    return {(one["code"], one["index"]) for one in report["problems"]}, report


def tampered(postgres, statement, *values):
    with behind_the_applications_back(postgres) as superuser:
        assert superuser.execute(statement, values).rowcount


def told(acme, begins, sealed, **payload):
    """As the sweep does it, or somebody in its place."""
    with tenant_scope(acme.id):
        append(
            actor=system_actor(acme.id, "retention"),
            kind="log.pruned",
            payload=payload_of(begins, sealed) | payload,
        )
