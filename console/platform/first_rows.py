"""The first of many rows, read for a page."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def first_rows(rows: QuerySet[M], count: int) -> QuerySet[M]:
    """The first `count` of rows that were put in order.

    An order that is computed is in no index: every row is sorted for it. What each brings along
    (`select_related`) is joined to the first of them only, not to all before the sort.
    """
    names = {str(name).removeprefix("-") for name in rows.query.order_by}
    if names.isdisjoint(rows.query.annotations):
        return rows[:count]
    return rows.filter(id__in=rows.values("id")[:count])
