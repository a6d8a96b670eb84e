"""`manage.py evidence_pack`: a period of a tenant's audit log as a .zip that verifies offline."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from audit.actions import export_evidence
from audit.evidence.extent import Extent
from console.accounts.actor import system_actor
from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.evidence.documents import evidence_pack


def moment(text: str) -> datetime:
    try:
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            f"{text!r} is no time: write 2026-11-21 or 2026-11-21T09:30Z"
        ) from error
    return said if said.tzinfo else said.replace(tzinfo=UTC)


class Command(TenantCommand):
    help = (
        "Writes an evidence pack of a tenant: events, checkpoints, policies, access list,"
        " certificates, and the verifier (docs/verifier.md). That it was taken is an event. Verify"
        " it with `mnemoscope-verify PACK --key KEY`."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--from", dest="begins", type=moment, metavar="TIME", help="Default: the beginning."
        )
        parser.add_argument(
            "--to", dest="ends", type=moment, metavar="TIME", help="Default: newest checkpoint."
        )
        parser.add_argument(
            "--out", required=True, type=Path, metavar="FILE|FOLDER", help="Where the .zip goes."
        )

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        out = Path(options["out"])
        if not options["tenant"] and not out.is_dir():
            raise CommandError("Name a --tenant, or a folder for the packs of all.")
        actor = system_actor(tenant.id, "evidence_pack")
        with tenant_scope(tenant.id):
            extent = export_evidence(actor=actor, begins=options["begins"], ends=options["ends"])
        path = out / f"{tenant.slug}-{extent.file_name}" if out.is_dir() else out
        if path.exists():
            raise CommandError(f"There is a {path} already.")
        try:
            self._write(path, extent)
        except OSError as error:
            raise CommandError(f"The pack cannot be written: {error}.") from error
        return {
            "file": str(path),
            "events": extent.events,
            "first": extent.first,
            "size": extent.size,
            "checkpoint": extent.ends_at,
            "waiting": extent.waiting,
            "pruned": extent.pruned.size if extent.pruned else 0,
        }

    def _write(self, path: Path, extent: Extent) -> None:
        """Under another name until it is whole: half a pack must not look like one."""
        part = path.with_suffix(".part")
        written = 0
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # names and notes of people are in it
        with part.open("wb") as file:
            for piece in evidence_pack(extent):
                written += file.write(piece)
                self.progress(f"{path.name}: {written / 1e6:.1f} MB")
        part.replace(path)
