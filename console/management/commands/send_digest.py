"""`manage.py send_digest`: e-mails reviewers what waits, as the daily sweep does."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from console.management.tenant_command import TenantCommand
from console.platform.clock import now
from console.tenancy.models import Tenant
from memory.reviews.digest import DigestNotSentError, digest_of, send_digest


class Command(TenantCommand):
    help = (
        "E-mails what waits for review to the members who asked for it (Settings, Queues) and have"
        " not had today's: counts and links, nothing that a memory says. The sweep does so once a"
        " day, from 6:00 UTC on, where MNEMOSCOPE_SMTP_URL names a mail server."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be sent.")

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        if options["dry_run"]:
            digest = digest_of(tenant.id, today=now().date())
        else:
            try:
                digest = send_digest(tenant.id)
            except DigestNotSentError as error:
                raise CommandError(f"{tenant.slug}: {error}") from error
        recipients = len(digest.recipients) if not digest.is_empty else 0
        return {
            "waiting": digest.open,
            "overdue": digest.overdue,
            "would_send" if options["dry_run"] else "sent": recipients,
        }
