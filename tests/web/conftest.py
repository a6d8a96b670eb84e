import time
from collections.abc import Callable

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from tests.cast import Person

Desk = Callable[[Person], Client]


@pytest.fixture
def desk() -> Desk:
    """A browser in which this person has just signed in, by their password."""

    def sit(person: Person) -> Client:
        client = Client()
        client.force_login(person.user)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = user_id_to_str(person.user)
        session.save()
        return client

    return sit
