"""`manage.py reset_second_factor`: lets somebody in again who lost their phone or passkey."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.accounts.models import User
from console.administration import reset_second_factor, second_factors_of


class Command(BaseCommand):
    help = (
        "Takes away a person's passkeys, authenticator app and recovery codes and signs them out, "
        "so that their password alone signs in again. Make sure who asks. Every workspace they "
        "belong to has it on its audit trail. Without --yes it only tells what would be taken."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="Whose second factors they are.")
        parser.add_argument(
            "--reason", required=True, help="Why, and how you know who asks; kept on the trail."
        )
        parser.add_argument("--yes", action="store_true", help="Do it.")

    @override
    def handle(self, *, email: str, reason: str, yes: bool, **_options: object) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        if not reason.strip():
            raise CommandError("Say why: --reason.")
        if not second_factors_of(user).by_type:
            raise CommandError(f"{email} has no second factor: their password signs in.")
        taken = reset_second_factor(user=user, comment=reason) if yes else second_factors_of(user)
        types = ", ".join(f"{count} {name}" for name, count in taken.by_type.items())
        told = f"{types}; sessions: {taken.sessions}; workspaces told: {len(taken.tenants)}"
        if yes:
            self.stdout.write(f"Taken from {email}: {told}.")
        else:
            self.stdout.write(f"Would take from {email}: {told}. Add --yes to do it.")
