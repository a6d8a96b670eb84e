"""`manage.py create_tenant`: a tenant and its first owner, for an instance without the demo."""

import getpass
import sys
from argparse import ArgumentParser

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from typing_extensions import override

from console.accounts.actor import system_actor
from console.accounts.models import User
from console.accounts.permissions import Role
from console.administration import add_member, create_tenant
from console.tenancy.scope import tenant_scope
from console.tenancy.tenants import CANARY_SLUG


class Command(BaseCommand):
    help = "Makes a tenant and its first owner; the password is asked for, or read from a pipe."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="Short name in lower case, such as acme.")
        parser.add_argument("--name", help="Full name; the slug when left out.")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="Who owns it.")

    @override
    def handle(self, *, slug: str, name: str | None, owner: str, **_options: object) -> None:
        if slug == CANARY_SLUG:
            raise CommandError(f"'{slug}' is kept for the probe of isolation: take another.")
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password)
            with transaction.atomic():
                tenant = create_tenant(slug=slug, name=name or slug)
                with tenant_scope(tenant.id):
                    user = User.objects.create_user(owner, password)
                    actor = system_actor(tenant.id, "create_tenant")
                    add_member(actor=actor, user=user, role=Role.OWNER)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except IntegrityError as error:
            raise CommandError(f"'{slug}' or {owner} exists already.") from error
        self.stdout.write(f"Tenant {slug} is ready; {owner} owns it.")
