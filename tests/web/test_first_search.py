"""A tenant's first keys come with it, and its event tells of them: looking for words makes none."""

import pytest

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.keys.models import DataKey
from console.tenancy.scope import tenant_scope
from tests.cast import a_person


def keys_of(tenant):
    with tenant_scope(tenant.id):
        return set(DataKey.objects.values_list("id", "purpose", "generation"))


@pytest.mark.usefixtures("committed_db")
def test_the_first_search_of_a_new_tenant_finds_nothing_and_makes_no_key(desk):
    acme = create_tenant(slug="acme", name="Acme")
    alice = a_person(acme, "alice", Role.OWNER)
    keys = keys_of(acme)
    assert keys
    assert desk(alice).get("/memories/?q=refund").status_code == 200
    assert keys_of(acme) == keys
