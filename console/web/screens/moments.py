"""Moments that people go back to, as links of the page at hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict

from console.platform.clock import now
from console.web.addresses import as_asked, asked

AGO = (
    ("an hour ago", timedelta(hours=1)),
    ("a day ago", timedelta(days=1)),
    ("a week ago", timedelta(weeks=1)),
)


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str


def moments_of(query: QueryDict, changed: datetime | None) -> list[Link]:
    """`changed` is when something last did."""
    moment = now()
    links = [(label, moment - distance) for label, distance in AGO]
    if changed is not None:
        links.append(("before the last change", changed - timedelta(milliseconds=1)))
    return [Link(label, asked(query, at=as_asked(at))) for label, at in links]
