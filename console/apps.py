from django.apps import AppConfig
from django.core import checks
from typing_extensions import override


class ConsoleConfig(AppConfig):
    name = "console"

    @override
    def ready(self) -> None:
        # Every process that can wake a task knows the broker, not only the worker.
        import console.celery  # noqa: F401, PLC0415
        from console.web.checks import check_saml  # noqa: PLC0415

        checks.register(check_saml)
