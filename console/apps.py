from django.apps import AppConfig
from typing_extensions import override


class ConsoleConfig(AppConfig):
    name = "console"

    @override
    def ready(self) -> None:
        # Every process that can wake a task knows the broker, not only the worker.
        import console.celery  # noqa: F401, PLC0415
