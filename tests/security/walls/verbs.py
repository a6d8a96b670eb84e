"""The ORM's verbs on what is another tenant's, past the manager that narrows to one's own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from console.platform.ids import uuid7

Model = type[models.Model]
MOST = 20


def tenant_models() -> list[Model]:
    return [
        model
        for model in apps.get_models()
        if "tenant_id" in {field.attname for field in model._meta.concrete_fields}
    ]


def everything(model: Model) -> "models.QuerySet[Any]":
    """Without the manager's own filter: what row security alone lets through."""
    return models.QuerySet(model=model)


def others(model: Model, own: UUID) -> "models.QuerySet[Any]":
    return everything(model).exclude(tenant_id=own)


def plain_field(model: Model) -> str:
    keys = {field.attname for field in model._meta.pk_fields}
    names = [field.attname for field in model._meta.concrete_fields]
    return next((name for name in names if name not in keys), "tenant_id")


def copies(model: Model, own: UUID, other: UUID, *, same_ids: bool) -> list[models.Model]:
    """Rows of one's own, as if they were the other's."""
    made = []
    for row in everything(model).filter(tenant_id=own)[:2]:
        values = {
            field.attname: getattr(row, field.attname)
            for field in model._meta.concrete_fields
            if not field.generated
        }
        values["tenant_id"] = other
        if "id" in values and not same_ids:
            values["id"] = uuid7()
        made.append(model(**values))
    return made


def _filter(model: Model, own: UUID, other: UUID) -> object:
    return list(everything(model).filter(tenant_id=other)[:MOST])


def _exclude(model: Model, own: UUID, other: UUID) -> object:
    return list(others(model, own)[:MOST])


def _by_manager(model: Model, own: UUID, other: UUID) -> object:
    return list(model._default_manager.filter(tenant_id=other)[:MOST])


def _count(model: Model, own: UUID, other: UUID) -> object:
    return others(model, own).count()


def _exists(model: Model, own: UUID, other: UUID) -> object:
    return everything(model).filter(tenant_id=other).exists()


def _values(model: Model, own: UUID, other: UUID) -> object:
    distinct = everything(model).values_list("tenant_id", flat=True).distinct()
    return [found for found in distinct if found != own]


def _aggregate(model: Model, own: UUID, other: UUID) -> object:
    return others(model, own).aggregate(n=models.Count("tenant_id"))["n"]


def _subquery(model: Model, own: UUID, other: UUID) -> object:
    inner = everything(model).filter(tenant_id=other).values("tenant_id")
    return list(everything(model).filter(tenant_id__in=inner)[:MOST])


def _update(model: Model, own: UUID, other: UUID) -> object:
    name = plain_field(model)
    return everything(model).filter(tenant_id=other).update(**{name: models.F(name)})


def _update_others(model: Model, own: UUID, other: UUID) -> object:
    name = plain_field(model)
    return others(model, own).update(**{name: models.F(name)})


def _give_away(model: Model, own: UUID, other: UUID) -> object:
    everything(model).filter(tenant_id=own).update(tenant_id=other)
    return None


def _take_over(model: Model, own: UUID, other: UUID) -> object:
    return everything(model).filter(tenant_id=other).update(tenant_id=own)


def _delete(model: Model, own: UUID, other: UUID) -> object:
    return everything(model).filter(tenant_id=other)._raw_delete("default")


def _delete_others(model: Model, own: UUID, other: UUID) -> object:
    return others(model, own)._raw_delete("default")


def _bulk_create(model: Model, own: UUID, other: UUID) -> object:
    everything(model).bulk_create(copies(model, own, other, same_ids=False))
    return None


def _bulk_create_ignoring(model: Model, own: UUID, other: UUID) -> object:
    made = copies(model, own, other, same_ids=True)
    everything(model).bulk_create(made, ignore_conflicts=True)
    return None


def _save(model: Model, own: UUID, other: UUID) -> object:
    for row in copies(model, own, other, same_ids=True):
        row.save()
    return None


def _bulk_update(model: Model, own: UUID, other: UUID) -> object:
    made = copies(model, own, other, same_ids=True)
    plain = plain_field(model)
    if not made or plain == "tenant_id":  # a table that has nothing but its key
        return None
    return everything(model).bulk_update(made, [plain])


# What each brings back is nothing: no row, no count, no yes.
VERBS: dict[str, Callable[[Model, UUID, UUID], object]] = {
    "filter": _filter,
    "exclude": _exclude,
    "by manager": _by_manager,
    "count": _count,
    "exists": _exists,
    "values": _values,
    "aggregate": _aggregate,
    "subquery": _subquery,
    "update": _update,
    "update others": _update_others,
    "give away": _give_away,
    "take over": _take_over,
    "delete": _delete,
    "delete others": _delete_others,
    "bulk_create": _bulk_create,
    "bulk_create ignoring": _bulk_create_ignoring,
    "save": _save,
    "bulk_update": _bulk_update,
}
