"""What one line of typing can mean: a place, an agent, a subject, or the id of something."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from audit.models import Run
from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.accounts.permissions import Permission
from console.web.navigation import SETTINGS, places_for
from memory.access import visible_memories, visible_reviews
from memory.agents import visible_agents
from memory.subjects import visible_subjects

MOST_OF_A_KIND = 5
MOST_LETTERS = 200  # as a filter takes


@dataclass(frozen=True, slots=True)
class Finding:
    """Somewhere to go. `sort` says what it is, `note` what one does there."""

    href: str
    icon: str
    label: str
    sort: str
    note: str = ""


def find(actor: Actor, asked: str) -> list[Finding]:
    """The likeliest first; every place for an empty question."""
    text = asked.strip()[:MOST_LETTERS]
    return [*_by_id(actor, text), *_places(actor, text), *_named(actor, text), *_lists(actor, text)]


def _places(actor: Actor, text: str) -> Iterator[Finding]:
    """Those whose label begins with it before those that only mention it."""
    wanted = text.casefold()
    places = [*places_for(actor), SETTINGS]
    starting = [place for place in places if place.label.casefold().startswith(wanted)]
    mentioning = [
        place
        for place in places
        if place not in starting
        and wanted in f"{place.label} {place.purpose} {place.also}".casefold()
    ]
    for place in [*starting, *mentioning]:
        yield Finding(place.href, place.icon, place.label, "page", place.purpose)


def _by_id(actor: Actor, text: str) -> Iterator[Finding]:
    try:
        wanted = UUID(text)
    except ValueError:
        return
    if visible_memories(actor).filter(id=wanted).exists():
        yield Finding(reverse("memory-detail", args=[wanted]), "memory", str(wanted), "memory")
    if visible_reviews(actor).filter(id=wanted).exists():
        yield Finding(reverse("review-detail", args=[wanted]), "review", str(wanted), "review")
    if visible_agents(actor).filter(id=wanted).exists():
        yield Finding(reverse("agent-detail", args=[wanted]), "agent", str(wanted), "agent")
    if visible_subjects(actor).filter(id=wanted).exists():
        yield Finding(reverse("subject-detail", args=[wanted]), "person", str(wanted), "subject")
    if actor.may(Permission.TRACES_READ) and Run.objects.filter(id=wanted).exists():
        yield Finding(reverse("run-detail", args=[wanted]), "run", str(wanted), "run")


def _named(actor: Actor, text: str) -> Iterator[Finding]:
    if not text:
        return
    agents = visible_agents(actor).filter(name__icontains=text).order_by("name")
    for agent in agents[:MOST_OF_A_KIND]:
        href = reverse("agent-detail", args=[agent.id])
        yield Finding(href, "agent", agent.name, "agent", "How it does, and what stops it")
    # By its beginning, which the index of the identifiers answers.
    subjects = Subject.objects.filter(external_id__startswith=text).order_by("external_id")
    if actor.may(Permission.SUBJECT_READ):
        for subject in subjects[:MOST_OF_A_KIND]:
            href = reverse("subject-detail", args=[subject.id])
            yield Finding(href, "person", subject.external_id, "subject", "All held about them")
    elif actor.may(Permission.MEMORY_READ):
        for subject in subjects[:MOST_OF_A_KIND]:
            href = f"{reverse('memory-list')}?{urlencode({'subject': subject.external_id})}"
            yield Finding(href, "person", subject.external_id, "subject", "Memories about them")


def _lists(actor: Actor, text: str) -> Iterator[Finding]:
    """Where to look on, when what is sought has no name."""
    if not text or not actor.may(Permission.MEMORY_READ):
        return
    href = f"{reverse('memory-list')}?{urlencode({'q': text})}"
    yield Finding(href, "search", text, "words", "Search memories for these words")
