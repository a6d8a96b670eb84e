from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from typing_extensions import override


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without open sign-up: a person is invited into a tenant, or made by a command."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
