"""Committed throughout: a deletion under way would be found by nobody."""

from datetime import timedelta

import pytest

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from tests.cast import a_memory, a_person, an_agent
from tests.proof.log import behind_the_applications_back, some_events
from tests.pruning.old_log import seal


@pytest.fixture
def sealed_ago(postgres, monkeypatch):
    """Makes what is not sequenced yet a thing of days ago, and seals it as of then.

    The clock cannot be moved: the database has its own, and takes no scope from another day.
    """

    def sealed(days):
        with behind_the_applications_back(postgres) as superuser:
            superuser.execute(
                "UPDATE audit_auditevent SET recorded_at = recorded_at - make_interval(days => %s)"
                " WHERE id NOT IN (SELECT id FROM audit_logleaf)",
                [days],
            )
        with monkeypatch.context() as patched:
            patched.setattr("audit.proof.checkpoints.now", lambda: now() - timedelta(days=days))
            seal()

    return sealed


@pytest.fixture
def acme(committed_db, settings, tmp_path, sealed_ago):
    """What was done 400 days ago, 200 days ago and today, each under a checkpoint outside."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    acme = create_tenant(slug="acme", name="Acme")
    sealed_ago(400)
    robo = an_agent(acme, "robo")
    a_memory(robo, "The customer bought a lamp.")
    sealed_ago(400)
    a_memory(robo, "The customer bought another lamp.")
    sealed_ago(200)
    some_events(acme, 5)
    seal()
    return acme


@pytest.fixture
def alice(acme):
    return a_person(acme, "alice", Role.OWNER)


@pytest.fixture
def dana(acme):
    return a_person(acme, "dana", Role.AUDITOR)
