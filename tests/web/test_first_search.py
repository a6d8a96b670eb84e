"""A tenant in which nobody has written yet has no keys: looking for words makes none."""

import pytest

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.keys.models import DataKey
from console.tenancy.scope import tenant_scope
from tests.cast import a_person


@pytest.mark.usefixtures("committed_db")
def test_the_first_search_of_a_new_tenant_finds_nothing_and_makes_no_key(desk):
    acme = create_tenant(slug="acme", name="Acme")
    alice = a_person(acme, "alice", Role.OWNER)
    assert desk(alice).get("/memories/?q=refund").status_code == 200
    with tenant_scope(acme.id):
        assert not DataKey.objects.exists()
