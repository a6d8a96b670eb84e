"""Links to the page at hand, asked otherwise: a filter more, a filter less, the next page."""

from datetime import UTC, datetime

from django.http import QueryDict

PLACES = ("after", "before", "page")


def asked(query: QueryDict, **changes: str | None) -> str:
    """The query string with `changes`, from its first page on; None takes a name away.

    What was left blank has no place in it: without scripts a form sends that too.
    """
    changed = query.copy()
    for name in [name for name, value in query.items() if name in PLACES or not value]:
        changed.pop(name)
    for name, value in changes.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return f"?{changed.urlencode()}"


def without(query: QueryDict, name: str, value: str) -> str:
    """The query string with one of a name's values less, from its first page on."""
    return _with(query, name, [one for one in query.getlist(name) if one and one != value])


def also(query: QueryDict, name: str, value: str) -> str:
    """The query string with one more value of a name, from its first page on."""
    return _with(query, name, [*filter(None, query.getlist(name)), value])


def _with(query: QueryDict, name: str, values: list[str]) -> str:
    changed = QueryDict(asked(query, **{name: None}).removeprefix("?"), mutable=True)
    changed.setlist(name, values)
    return f"?{changed.urlencode()}"


def as_asked(at: datetime) -> str:
    """A moment as an address names it, with no sign that would have to be quoted."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
