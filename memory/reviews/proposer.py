"""Who stands behind a proposal, so that nobody approves their own (segregation of duties)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from console.accounts.actor import Actor
from console.accounts.models import Agent, ApiKey
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import MemoryVersion, ReviewItem

# `proposers` of each text of the review r, in a statement that knows the `people`.
PROPOSED = """EXISTS (
  SELECT FROM memory_memoryversion v
  LEFT JOIN accounts_agent a ON a.tenant_id = v.tenant_id AND a.id = v.author_id
  LEFT JOIN accounts_apikey k ON k.tenant_id = v.tenant_id AND k.id = v.api_key_id
  WHERE v.tenant_id = r.tenant_id AND v.memory_id = r.memory_id
    AND v.number IN (r.version, r.first_version)
    AND ARRAY[v.author_id, a.owner_id, k.created_by_id, k.user_id] && %(people)s::uuid[]
)"""
ASKED = f"""
SELECT {PROPOSED} FROM memory_reviewitem r WHERE r.tenant_id = %(tenant)s AND r.id = %(review)s
"""  # noqa: S608 - constants of ours


def proposed(actor: Actor, review: ReviewItem) -> bool:
    """Whether the actor stands behind what is reviewed: the text, or the one it corrects.

    They wrote it, or answer for the agent or the key that did.
    """
    known = {"tenant": current_tenant_id(), "review": review.id, "people": people_of(actor)}
    [(stands_behind,)] = fetch(ASKED, known)
    return bool(stands_behind)


def people_of(actor: Actor) -> list[UUID]:
    """The actor, and those who answer for it."""
    return [actor.id, *actor.owner_ids]


def proposals_of(actor: Actor) -> Exists:
    """`proposed`, as a condition on reviews."""
    people = people_of(actor)
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
