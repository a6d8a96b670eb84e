"""`manage.py seed_demo`: the demo's tenants, people and keys, once."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.demo.seed import DemoFileLostError, seed


class Command(BaseCommand):
    help = "Makes the tenants acme and globex once, and $MNEMOSCOPE_HOME/demo.json to get in with."

    @override
    def handle(self, **_options: object) -> None:
        target = settings.HOME / "demo.json"
        try:
            made = seed(target=target, url=settings.PUBLIC_URL)
        except DemoFileLostError as error:
            raise CommandError(
                f"The demo's tenants exist and {target} is gone: its passwords cannot be shown"
                " again. Use another MNEMOSCOPE_HOME, or MNEMOSCOPE_DEMO=0 to go without."
            ) from error
        self.stdout.write(f"{target} {'written' if made else 'is already there'}.")
