from django.apps import AppConfig
from typing_extensions import override


class AuditConfig(AppConfig):
    name = "audit"

    @override
    def ready(self) -> None:
        from audit.ingest.columns import teach  # noqa: PLC0415 - needs the apps

        teach()
