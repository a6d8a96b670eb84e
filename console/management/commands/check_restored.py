"""`manage.py check_restored`: may a restored database be served?"""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from audit.anchors.notes_file import UnreadableFileError
from audit.anchors.restored import Beside
from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from memory.restoring import Restored, check_restored


class Command(TenantCommand):
    help = (
        "To be run on a restored database before anybody is served: erases again who was erased"
        " since the backup, compares the audit log with its checkpoints outside, and verifies it."
        " Exits with 1 where it must not be served. `restore` runs it by itself."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--accept-loss",
            action="store_true",
            help="Go on with a log that ends before the newest checkpoint outside; on record.",
        )

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        def progress(done: int, events: int) -> None:
            self.progress(f"{tenant.slug}: {done} of {events} events verified")

        try:
            found = check_restored(tenant.id, accept_loss=options["accept_loss"], progress=progress)
        except (OSError, UnreadableFileError) as error:
            raise CommandError(f"{tenant.slug}: the file of checkpoints: {error}") from error
        return {**asdict(found), "said": told(found), "may_serve": found.may_serve}

    @override
    def sentence(self, answer: Mapping[str, Any]) -> str:
        return str(answer["said"])

    @override
    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        refused = [slug for slug, answer in answers.items() if not answer["may_serve"]]
        if refused:
            raise CommandError(f"Do not serve it yet: {', '.join(refused)}. See docs/backup.md.")


def told(found: Restored) -> str:
    compared = found.compared
    log = {
        Beside.NOTHING: "there is no checkpoint outside to compare the log with",
        Beside.WHOLE: f"the log matches checkpoint {compared.checkpoint} outside",
        Beside.SHORT: f"{compared.lost_events} events up to checkpoint {compared.outside}"
        f" outside are lost: the log ends at checkpoint {compared.checkpoint}"
        + ("" if found.put_aside else " (look for the server's log; or go on with --accept-loss)"),
        Beside.OTHER: f"the log is NOT the one that checkpoint {compared.outside}"
        " outside was made of: it was changed",
    }[compared.beside]
    erased = f"{found.erased} erased again" if found.erased else "nobody to erase again"
    verified = f"{found.log.events} events verified"
    # Checkpoints that only others have are the loss itself, which is told already.
    lost = [one for one in found.log.problems if one.code == "kept_differs"]
    beside = len(lost) if compared.beside is Beside.SHORT else 0
    if found.log.found > beside:
        verified += f"; {found.log.found - beside} things do NOT hold: run `verify_audit`"
    return f"{log}; {verified}; {erased}."
