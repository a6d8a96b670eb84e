"""`manage.py verify_memories`: was anything changed behind the application's back?"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from memory.verifying import verify


class Command(TenantCommand):
    help = (
        "Checks every version of every memory against the server's seal, its words against its"
        " digest, its writer's signature, its numbering for gaps, and each memory against its"
        " history. Exits with 1 where anything does not hold."
    )

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        def told(versions: int) -> None:
            self.progress(f"{tenant.slug}: {versions} versions checked")

        return asdict(verify(tenant.id, by="verify_memories", progress=told))

    @override
    def sentence(self, answer: Mapping[str, Any]) -> str:
        checked = f"{answer['versions']} versions of {answer['memories']} memories checked"
        lines = [
            f"\n  {problem['code']}: memory {problem['memory_id']}, version {problem['version']}"
            for problem in answer["problems"]
        ]
        return checked + ("; all hold." if not lines else ":" + "".join(lines))

    @override
    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        broken = sum(len(answer["problems"]) for answer in answers.values())
        if broken:
            raise CommandError(
                f"{broken} do not hold. Compare with a backup; expire what agents may recall."
            )
