from typing_extensions import override

from django.apps import AppConfig
from django.core import checks


class TenancyConfig(AppConfig):
    name = "console.tenancy"
    label = "tenancy"

    @override
    def ready(self) -> None:
        from console.tenancy.lint import check_catalog

        checks.register(check_catalog, checks.Tags.database)
