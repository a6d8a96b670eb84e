from django.apps import AppConfig
from django.core import checks
from typing_extensions import override


class TenancyConfig(AppConfig):
    name = "console.tenancy"
    label = "tenancy"

    @override
    def ready(self) -> None:
        from console.tenancy.lint import check_catalog  # noqa: PLC0415 - apps load before models

        checks.register(check_catalog, checks.Tags.database)
