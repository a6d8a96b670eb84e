"""A tenant with memories that are committed, and what an operator runs on it."""

import json
from io import StringIO

from django.core.management import call_command

from console.keys.models import DataKey
from console.tenancy.scope import tenant_scope
from tests.cast import versions


def run(name, **options):
    out = StringIO()
    call_command(name, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def words(tenant):
    with tenant_scope(tenant.id):
        return {version.content for version in versions()}


def keys_of(tenant, **about):
    with tenant_scope(tenant.id):
        return list(DataKey.objects.filter(**about).order_by("generation"))
