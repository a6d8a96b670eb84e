from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Person

Desk = Callable[[Person], Client]


@pytest.fixture
def desk() -> Desk:
    """A browser in which this person is signed in."""

    def sit(person: Person) -> Client:
        client = Client()
        client.force_login(person.user)
        return client

    return sit
