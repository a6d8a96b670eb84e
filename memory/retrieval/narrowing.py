"""A condition in SQL as part of a queryset, whatever alias its tables have there."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import BooleanField, Expression, F
from django.db.models.sql.compiler import SQLCompiler
from typing_extensions import override

from memory.retrieval.filter_sql import Column, Condition, columns_of, condition_of
from memory.retrieval.filters import Filter

# What a version may say otherwise than the one before it.
OF_VERSION = frozenset({"metadata", "confidence", "importance"})


class Satisfies(Expression):
    """Holds where the condition does.

    `columns` leads from each column of Memory that it may ask for to its name in the queryset.
    """

    def __init__(
        self, condition: Callable[[Column], Condition], columns: Mapping[str, str]
    ) -> None:
        super().__init__(output_field=BooleanField())
        self.condition = condition
        self.columns = list(columns)
        self.references: list[Any] = [F(name) for name in columns.values()]

    @override
    def get_source_expressions(self) -> list[Any]:
        return self.references

    @override
    def set_source_expressions(self, exprs: Any) -> None:
        self.references = list(exprs)

    @override
    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        found = (compiler.compile(reference)[0] for reference in self.references)
        condition = self.condition(dict(zip(self.columns, found, strict=True)).__getitem__)
        return condition.sql, condition.params


def satisfying(filters: Filter) -> Satisfies:
    """For a queryset of Memory."""
    return Satisfies(partial(condition_of, filters), {name: name for name in columns_of(filters)})


def version_satisfying(filters: Filter) -> Satisfies:
    """For a queryset of MemoryVersion: what a version says itself is asked of the version."""
    columns = {
        name: name if name in OF_VERSION else f"memory__{name}" for name in columns_of(filters)
    }
    return Satisfies(partial(condition_of, filters), columns)
