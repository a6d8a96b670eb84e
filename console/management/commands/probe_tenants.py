"""`manage.py probe_tenants`: can anything be seen from one tenant that is another's?"""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from console.tenancy.tenants import CANARY_SLUG
from memory.probing import probe


class Command(TenantCommand):
    help = (
        "Looks from each tenant for what a canary tenant holds, and from there for what the tenant"
        " holds: by the product's own ways, and by SQL in every table. Exits with 1 where anything"
        " was seen, or where the looks fail to see even what they must."
    )

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        made = probe(tenant.id)
        return {
            "looks": made.looks,
            "leaks": made.leaks,
            "is_blind": made.is_blind,
            "took_ms": made.took_ms,
        }

    @override
    def sentence(self, answer: Mapping[str, Any]) -> str:
        looks = f"{answer['looks']} looks in {answer['took_ms']} ms"
        if answer["leaks"]:
            return f"{looks} SAW: {', '.join(answer['leaks'])}."
        if answer["is_blind"]:
            return f"{looks} saw nothing, not even what they must: they prove nothing."
        return f"{looks} saw nothing."

    @override
    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        leaking = [slug for slug, answer in answers.items() if answer["leaks"]]
        if leaking:
            raise CommandError(
                f"Tenants are not apart: {', '.join(leaking)}. Stop serving, and run"
                " `manage.py check --database default`."
            )
        if any(answer["is_blind"] for answer in answers.values()):
            raise CommandError("The probe is blind: the canary does not find its own memory.")

    @override
    def _tenants(self, slug: str | None) -> list[Tenant]:
        found = super()._tenants(slug)
        return [tenant for tenant in found if tenant.slug != CANARY_SLUG]
