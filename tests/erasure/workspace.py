"""A workspace in which much is said about one person, and who is in it."""

from base64 import b64encode
from dataclasses import dataclass

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from console.accounts.permissions import Role
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.models import Memory, ReviewItem
from tests.api.door import door_of
from tests.cast import Person, a_person, an_agent
from tests.erasure.said import Words, ok
from tests.webhooks.receiver import Receiver

CANARY = "zyxcanary-4711"
NAME = "Quirinus Zyxenbach"
ENCODED = [b64encode(f"xyz{CANARY}{NAME}".encode()).decode(), CANARY.encode().hex()]


@dataclass
class Workspace:
    """`receiver` takes webhooks, and repeats in its answers what it has heard elsewhere."""

    receiver: Receiver

    def __post_init__(self) -> None:
        self.acme = create_tenant(slug="acme", name="Acme")
        self.alice = a_person(self.acme, "alice", Role.OWNER)
        self.bob = a_person(self.acme, "bob", Role.REVIEWER)
        self.erin = a_person(self.acme, "erin", Role.REVIEWER)
        self.robo = an_agent(self.acme, "robo")
        self.rookie = an_agent(self.acme, "rookie", trusted=False)
        self.words = Words()
        self.receiver.status, self.receiver.answer = 200, self.words.at("receiver").encode()
        hook = {"url": self.receiver.url, "kinds": ["review.decided"]}
        ok(door_of(self.alice).post("webhooks", hook), 201)

    def page(self, person: Person) -> Client:
        client = Client()
        client.force_login(person.user)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "password", "at": now().timestamp()}
        ]
        session["account_authentication_methods_user"] = user_id_to_str(person.user)
        session.save()
        return client

    def memories(self) -> list[Memory]:
        with tenant_scope(self.acme.id):
            about = Memory.objects.filter(subject__external_id=CANARY, state="active")
            return list(about.order_by("id"))

    def reviews(self) -> list[ReviewItem]:
        with tenant_scope(self.acme.id):
            about = ReviewItem.objects.filter(subject__external_id=CANARY, status="open")
            return list(about.exclude(kind="quarantine").order_by("id"))
