"""Who stands behind a proposal, so that nobody approves their own (segregation of duties)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from console.accounts.actor import Actor
from console.accounts.models import Agent, ApiKey
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import MemoryVersion, ReviewItem

# Asked at every decision, and of every item shown: one statement for `proposers` of each text.
PROPOSED = """
SELECT EXISTS (
  SELECT FROM memory_memoryversion v
  LEFT JOIN accounts_agent a ON a.tenant_id = v.tenant_id AND a.id = v.author_id
  LEFT JOIN accounts_apikey k ON k.tenant_id = v.tenant_id AND k.id = v.api_key_id
  WHERE v.tenant_id = %s AND v.memory_id = %s AND v.number IN (%s, %s)
    AND ARRAY[v.author_id, a.owner_id, k.created_by_id, k.user_id] && %s::uuid[]
)
"""


def proposed(actor: Actor, review: ReviewItem) -> bool:
    """Whether the actor stands behind what is reviewed: the text, or the one it corrects.

    They wrote it, or answer for the agent or the key that did.
    """
    people = [actor.id, *actor.owner_ids]
    numbers = (review.version, review.first_version or review.version)
    [(stands_behind,)] = fetch(PROPOSED, [current_tenant_id(), review.memory_id, *numbers, people])
    return bool(stands_behind)


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
