"""A condition in SQL as part of a queryset of Memory, whatever alias the table has there."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import BooleanField, Expression, F
from django.db.models.sql.compiler import SQLCompiler
from typing_extensions import override

from memory.retrieval.filter_sql import Column, Condition, columns_of, condition_of
from memory.retrieval.filters import Filter


class Satisfies(Expression):
    """Holds where the condition does. `columns` are those of Memory that it may ask for."""

    def __init__(self, condition: Callable[[Column], Condition], columns: frozenset[str]) -> None:
        super().__init__(output_field=BooleanField())
        self.condition = condition
        self.columns = sorted(columns)
        self.references: list[Any] = [F(column) for column in self.columns]

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
    return Satisfies(partial(condition_of, filters), frozenset(columns_of(filters)))
