"""Eight reviewers press "next" at the same moment."""

from threading import Barrier

import pytest

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.errors import ClaimedByAnotherError
from console.tenancy.scope import tenant_scope
from memory.actions import claim, claim_next, claim_review
from memory.models import ReviewItem
from memory.reviews import claims
from memory.reviews.order import ranked
from tests.cast import a_person, an_agent, remember
from tests.threads import at_once

REVIEWERS = 8


@pytest.fixture
def world(committed_db):
    """Eight people and eight items."""
    acme = create_tenant(slug="acme", name="Acme")
    rookie = an_agent(acme, "rookie", trusted=False)
    for number in range(REVIEWERS):
        remember(rookie, f"Fact {number}.")
    people = [a_person(acme, f"reviewer-{number}", Role.REVIEWER) for number in range(REVIEWERS)]
    return acme, people


def pressed_next(world):
    acme, people = world
    given = at_once(acme, lambda n: claim_next(actor=people[n].actor), times=REVIEWERS)
    return [review.id for review in given]


def all_hold_theirs(monkeypatch, find):
    """Nobody goes on before everybody has found theirs: the race at its tightest."""
    found = Barrier(REVIEWERS)

    def find_and_wait(actor, among, at):
        review = find(actor, among, at)
        found.wait(20)
        return review

    monkeypatch.setattr(claim, "lock_next", find_and_wait)


def test_without_the_lock_all_are_given_the_same_item(world, monkeypatch):
    """The control: the same order, looked up and not locked."""
    all_hold_theirs(monkeypatch, lambda actor, among, at: ranked(among, at).first())
    assert len(set(pressed_next(world))) == 1


def test_no_two_are_given_the_same_item(world, monkeypatch):
    all_hold_theirs(monkeypatch, claims.lock_next)
    given = pressed_next(world)
    assert len(given) == len(set(given)) == REVIEWERS
    with tenant_scope(world[0].id):
        holders = set(ReviewItem.objects.values_list("claimed_by_id", flat=True))
    assert holders == {person.user.id for person in world[1]}


def test_of_those_who_open_one_item_at_once_one_holds_it(world):
    acme, people = world
    with tenant_scope(acme.id):
        review = ReviewItem.objects.order_by("id").first()
    results = at_once(
        acme, lambda n: claim_review(actor=people[n].actor, review=review), times=REVIEWERS
    )
    refused = [one for one in results if isinstance(one, ClaimedByAnotherError)]
    assert len(refused) == REVIEWERS - 1
