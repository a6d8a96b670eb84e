"""Which memories a recall may find at all: the tenant's, in scope, visible, filtered."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.keys.subjects import known_subjects
from console.tenancy.scope import current_tenant_id
from memory.models import Memory, Visibility
from memory.retrieval.filter_sql import (
    Column,
    Condition,
    columns_of,
    condition_of,
    every,
)
from memory.retrieval.filters import EVERYTHING, Filter
from memory.retrieval.narrowing import Satisfies
from memory.retrieval.query import RecallQuery

# What the rows of the recall index repeat of memory_memory, under the same names and meanings.
INDEXED = frozenset(
    {"subject_id", "agent_id", "visibility", "namespace", "expires_at", "confidence"}
)


RESTRICTED = (
    "SELECT subject_id FROM memory_subjectrestriction WHERE tenant_id = %s AND lifted_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Without regard to tenant, state or time, which are the caller's to ask for as well.

    `unrestricted` is for a person who looks for memories, and asks `memory.access` what of it
    they may see; an agent that recalls finds what is visible to it.
    """

    namespace: tuple[str, ...]
    filters: Filter
    agent_id: UUID | None
    subject_named: bool
    subject_id: UUID | None
    unrestricted: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """Columns of memory_memory that the condition reads: where they stand is the caller's."""
        own = set() if self.unrestricted else {"visibility", "agent_id", "subject_id"}
        own |= {"namespace"} if self.namespace else set()
        own |= {"subject_id"} if self.subject_named else set()
        return frozenset(own.union(columns_of(self.filters)))

    @property
    def needs_memory(self) -> bool:
        """Whether the recall index alone cannot tell, so that a statement must join the memory."""
        return not self.columns <= INDEXED

    def condition(self, column: Column) -> Condition:
        """`column` says where the statement at hand finds a column: `"m.{}".format`, for one."""
        return every(
            [
                *self._visible(column),
                *self._used(column),
                *self._about(column),
                *self._below(column),
                condition_of(self.filters, column),
            ]
        )

    def _visible(self, column: Column) -> list[Condition]:
        if self.unrestricted:
            return []
        open_to_all = [Visibility.WORKSPACE.value]
        if self.subject_named:
            open_to_all.append(Visibility.SUBJECT.value)
        shared = f"{column('visibility')} = ANY(%s::text[])"
        if self.agent_id is None:
            return [Condition(f"({shared})", (open_to_all,))]
        own = f"({column('visibility')} = %s AND {column('agent_id')} = %s::uuid)"
        params = (open_to_all, Visibility.AGENT.value, self.agent_id)
        return [Condition(f"({shared} OR {own})", params)]

    def _used(self, column: Column) -> list[Condition]:
        """Not what its subject asked to be kept unused."""
        if self.unrestricted:
            return []
        subject = column("subject_id")
        return [Condition(f"({subject} IS NULL OR {subject} NOT IN ({RESTRICTED}))", _tenant())]

    def _about(self, column: Column) -> list[Condition]:
        if not self.subject_named:
            return []
        if self.subject_id is None:
            return [Condition("FALSE")]
        return [Condition(f"({column('subject_id')} = %s::uuid)", (self.subject_id,))]

    def _below(self, column: Column) -> list[Condition]:
        """By whole segments: ("acme",) never matches "acme-corp"."""
        if not self.namespace:
            return []
        size = len(self.namespace)
        sql = f"(({column('namespace')}::text[])[1:%s] = %s::text[])"
        return [Condition(sql, (size, list(self.namespace)))]


def scope_of(query: RecallQuery, *, actor: Actor) -> Scope:
    subject = known_subjects([query.subject]).get(query.subject) if query.subject else None
    return Scope(
        namespace=query.namespace,
        filters=query.filters,
        agent_id=actor.agent_id,
        subject_named=bool(query.subject),
        subject_id=subject.id if subject else None,
    )


def in_scope(query: RecallQuery, *, actor: Actor) -> QuerySet[Memory]:
    """Without its filters: of the past they are asked of the version of then."""
    return Memory.objects.filter(within(scope_of(replace(query, filters=EVERYTHING), actor=actor)))


def _tenant() -> tuple[UUID]:
    return (current_tenant_id(),)


def within(scope: Scope) -> Satisfies:
    """For a queryset of Memory."""
    return Satisfies(scope.condition, {name: name for name in scope.columns})
