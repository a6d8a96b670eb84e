"""alice says how soon each queue wants its items decided."""

import pytest

from audit.models import AuditEvent
from console.platform.errors import InvalidInputError, NotPermittedError, WrongStateError
from memory.actions import activate_policy, delete_queue, save_policy, save_queue
from memory.models import ReviewItem, ReviewQueue
from memory.reviews.figures import QueueFigures, figures_of
from tests.cast import remember
from tests.policies.conftest import a_rule


def save(person, name="security", **figures):
    return save_queue(actor=person.actor, name=name, figures=QueueFigures(**figures))


def test_a_queue_is_made_and_changed_and_what_it_was_stays_on_record(in_acme, alice):
    save(alice, sla_high=600)
    save(alice, sla_high=1200, sampled_share=0.1)
    queue = ReviewQueue.objects.get()
    assert figures_of(queue) == QueueFigures(sla_high=1200, sampled_share=0.1)
    made, changed = AuditEvent.objects.filter(kind="queue.saved").order_by("id")
    assert (made.payload["before"], made.payload["after"]["sla_high"]) == (None, 600)
    assert changed.payload["before"]["sla_high"] == 600
    assert changed.object_id == queue.id


def test_the_general_queue_can_be_configured_too(in_acme, alice, rookie):
    save(alice, name="", sla_normal=60)
    remember(rookie, "Jonas lives in Hamburg.")
    item = ReviewItem.objects.get()
    assert (item.due_at - item.opened_at).total_seconds() == 60


@pytest.mark.parametrize("name", ["Security", "a b", "x" * 61, "general", "a/b"])
def test_a_name_that_no_policy_could_use_is_refused(in_acme, alice, name):
    with pytest.raises(InvalidInputError) as refused:
        save(alice, name=name)
    assert refused.value.problems[0].field == "name"
    assert not ReviewQueue.objects.exists()


@pytest.mark.parametrize(
    "figure", [{"sla_low": 0}, {"gold_share": 1.01}, {"sampled_share": float("nan")}]
)
def test_a_figure_out_of_its_bounds_is_refused(in_acme, alice, figure):
    with pytest.raises(InvalidInputError):
        save(alice, **figure)


def test_only_a_queue_that_nothing_uses_is_deleted(in_acme, alice, robo):
    queue = save(alice)
    rule = a_rule("all", queue="security", because="Look.")
    version = save_policy(actor=alice.actor, body={"rules": [rule]})
    activate_policy(actor=alice.actor, version=version)
    with pytest.raises(WrongStateError, match="rule all"):
        delete_queue(actor=alice.actor, queue=queue)
    remember(robo, "One.")
    with pytest.raises(WrongStateError, match="1 item waits"):
        delete_queue(actor=alice.actor, queue=queue)
    unused = save(alice, name="legal")
    delete_queue(actor=alice.actor, queue=unused)
    assert [one.name for one in ReviewQueue.objects.all()] == ["security"]
    assert AuditEvent.objects.get(kind="queue.deleted").object_id == unused.id


def test_queues_are_for_those_who_manage_settings(in_acme, bob, alice):
    with pytest.raises(NotPermittedError):
        save(bob)
    queue = save(alice)
    with pytest.raises(NotPermittedError):
        delete_queue(actor=bob.actor, queue=queue)
    assert ReviewQueue.objects.count() == 1
