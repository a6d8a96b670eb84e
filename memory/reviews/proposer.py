"""Who stands behind a proposal, so that nobody approves their own (segregation of duties)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from console.accounts.actor import Actor
from console.accounts.models import Agent, ApiKey
from memory.models import MemoryVersion, ReviewItem


def proposed(actor: Actor, review: ReviewItem) -> bool:
    """Whether the actor stands behind what is reviewed: the text, or the one it corrects."""
    numbers = {review.version, review.first_version or review.version}
    versions = MemoryVersion.objects.filter(memory_id=review.memory_id, number__in=numbers)
    return any(proposed_by(actor, version) for version in versions)


def proposed_by(actor: Actor, version: MemoryVersion) -> bool:
    """Whether the actor wrote the version, or answers for the agent or the key that did."""
    return bool(({actor.id} | actor.owner_ids) & proposers(version))


def proposals_of(actor: Actor) -> Exists:
    """`proposed`, as a condition on reviews."""
    people = {actor.id} | actor.owner_ids
    agents = Agent.objects.filter(owner_id__in=people)
    keys = ApiKey.objects.filter(Q(created_by_id__in=people) | Q(user_id__in=people))
    reviewed = Q(number=OuterRef("version")) | Q(number=OuterRef("first_version"))
    theirs = (
        Q(author_id__in=people)
        | Q(author_id__in=agents.values("id"))
        | Q(api_key_id__in=keys.values("id"))
    )
    return Exists(MemoryVersion.objects.filter(reviewed, theirs, memory_id=OuterRef("memory_id")))


def proposers(version: MemoryVersion) -> set[UUID]:
    people: set[UUID | None] = {version.author_id}
    agent = Agent.objects.filter(id=version.author_id).first()
    if agent is not None:
        people.add(agent.owner_id)
    if version.api_key_id is not None:
        key = ApiKey.objects.get(id=version.api_key_id)
        people |= {key.created_by_id, key.user_id}
    return {person for person in people if person is not None}
