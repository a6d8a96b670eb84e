"""`manage.py reembed`: embeds what waits, here and now; the worker does the same by itself."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope
from memory.retrieval.embedding import EmbeddingUnavailableError, embedding_provider
from memory.retrieval.reembedding import Progress, embed_waiting, waiting_in


class Command(BaseCommand):
    help = (
        "Embeds the memories that wait for it: all of them after a change of the embedding model."
        " Stop it when you like: the next run, or the worker, goes on from there, and recall"
        " finds everything meanwhile."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="Only this one.")
        parser.add_argument("--json", action="store_true", help="One JSON object a line.")

    @override
    def handle(self, *, tenant: str | None, json: bool, **_options: object) -> None:
        chosen = _tenants(tenant)
        if not chosen:
            raise CommandError(f"There is no tenant '{tenant}'.")
        try:
            for one in chosen:
                self._embed(one, as_json=json)
        except EmbeddingUnavailableError as error:
            raise CommandError(f"{error.detail} What is embedded stays; run it again.") from error

    def _embed(self, tenant: Tenant, *, as_json: bool) -> None:
        progress = Progress(waiting_in(tenant.id))
        self._tell(tenant, progress, as_json=as_json)
        for progress in embed_waiting(tenant.id):
            self._tell(tenant, progress, as_json=as_json)

    def _tell(self, tenant: Tenant, progress: Progress, *, as_json: bool) -> None:
        model = embedding_provider().name
        if as_json:
            line = {
                "tenant": tenant.slug,
                "model": model,
                "embedded": progress.embedded,
                "refused": progress.refused,
                "waiting": progress.waiting,
            }
            self.stdout.write(json.dumps(line))
            return
        refused = f", {progress.refused} refused" if progress.refused else ""
        self.stdout.write(
            f"{tenant.slug}: {progress.embedded} embedded by {model}{refused},"
            f" {progress.waiting} waiting"
        )


def _tenants(slug: str | None) -> list[Tenant]:
    with system_scope():
        tenants = Tenant.objects.order_by("slug")
        return list(tenants.filter(slug=slug) if slug else tenants)
