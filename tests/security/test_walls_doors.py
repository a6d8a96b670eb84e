"""No door is left out of the walk through the walls, and those that have no address are in it."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from console.api.urls import V1
from tests.security.walls import doors, exports, wakings
from tests.security.walls.walk import chance

# Walked by `Walk.export`.
OTLP = {"v1/traces"}
# What knows no tenant, and why. What is asked of an account is the same whatever its tenants are.
EXCUSED = {
    "healthz/live": "Says that the process runs.",
    "healthz/ready": "Says that the database answers.",
    "metrics": "Counts of the whole process; with a secret of the operator's.",
    "accounts/reauthenticate/": "Who a person is.",
    "accounts/mfa/reauthenticate/": "Who a person is.",
    "accounts/mfa/webauthn/reauthenticate/": "Who a person is.",
    "accounts/oidc/<str:provider_id>/login/": "Who a person is.",
    "accounts/oidc/<str:provider_id>/login/callback/": "Who a person is.",
    "v1/logs": "Refuses whatever it is sent, and looks at no key.",
    "v1/metrics": "As v1/logs.",
    "v1development/profiles": "As v1/logs.",
    "api/schema/": "The document of the API, the same for everybody.",
    "api/docs/": "The same, to read.",
    "^api(?:/(.*))?$": "Says that there is no such address.",
}


def addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, here)
        else:
            yield here, one


def ours() -> dict[str, URLPattern]:
    """Without those of frameworks, which know people and no tenant."""
    return {
        path: one
        for path, one in addresses(get_resolver())
        if one.callback.__module__.startswith("console.")
    }


def test_every_address_is_walked_or_excused_for_a_reason():
    operations = {one.path.removeprefix("/") for one in doors.operations()}
    told = {path: re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path) for path in ours()}
    by_api = {path for path, name in told.items() if name in operations}
    assert ours().keys() - by_api - set(doors.pages()) - OTLP == EXCUSED.keys()


def test_every_method_of_the_api_is_walked():
    walked = {(one.path.removeprefix("/"), one.method.lower()) for one in doors.operations()}
    for path, one in ours().items():
        if path.startswith(V1):
            told = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
            methods = {"get", "post", "put", "patch", "delete"} & set(
                dir(one.callback.view_class)  # type: ignore[attr-defined]
            )
            assert {(told, method) for method in methods} <= walked


def test_every_task_is_walked_or_takes_nothing():
    excused = {name for name, taken in wakings.parameters().items() if taken}
    assert excused - set(wakings.of_a_tenant()) == wakings.EXCUSED.keys()


def test_traces_go_where_the_key_says_and_nowhere_else(walk):
    for number, credential in enumerate(exports.CREDENTIALS):
        for door in ("http", "grpc"):
            walk.export(chance(number), door, credential)
    before = walk.before[walk.house.id]
    walk.compare()
    assert walk.leaks == []
    assert walk.before[walk.house.id]["audit_span"] > before["audit_span"]


def test_a_task_does_nothing_to_a_tenant_that_it_was_not_called_for(walk):
    for name in wakings.of_a_tenant():
        walk.wake(chance(1), name, "nobody's")
        refused = walk.tally.refused["task"]
        walk.wake(chance(1), name, "own")
        assert walk.tally.refused["task"] == refused, name
        walk.wake(chance(1), name, "another's")
        assert walk.tally.refused["task"] == refused + 1, name
    walk.compare()
    assert walk.leaks == []
