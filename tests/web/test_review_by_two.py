"""What two people must approve, at the desk."""

import pytest

from console.tenancy.scope import tenant_scope
from memory.actions import activate_policy, save_policy
from memory.models import Memory, State
from tests.cast import remember
from tests.policies.conftest import a_rule
from tests.web.test_review_pages import decide


@pytest.fixture
def for_two(acme, alice, robo):
    """A write that two people of the security queue must approve, at once."""
    rule = a_rule("doubles", approvals=2, queue="security", priority="urgent", because="Look.")
    with tenant_scope(acme.id):
        version = save_policy(actor=alice.actor, body={"rules": [rule]})
        activate_policy(actor=alice.actor, version=version)
    return remember(robo, "The gate code is 4711.").review


def test_the_queue_tells_whose_work_it_is_and_how_many_must_agree(desk, bob, for_two):
    page = desk(bob).get("/review/").content.decode()
    for word in ("Urgent", "Security", "Two people"):
        assert word in page
    assert "gate code" in desk(bob).get("/review/?queue=security").content.decode()
    assert "is not one of the available choices" in (
        desk(bob).get("/review/?queue=nobody").content.decode()
    )


def test_bob_approves_first_and_alice_completes_it(desk, acme, alice, bob, for_two):
    address = f"/review/{for_two.id}"
    client = desk(bob)
    assert "Two people must approve this" in client.get(address).content.decode()
    decide(client, for_two)
    page = client.get(address).content.decode()
    assert "Another person has to, before it takes effect." in page
    assert "/decide" not in page
    assert "One person has approved this." in desk(alice).get(address).content.decode()
    decide(desk(alice), for_two)
    with tenant_scope(acme.id):
        assert Memory.objects.get(id=for_two.memory_id).state == State.ACTIVE
