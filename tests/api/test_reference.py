"""What docs/api.md says, the code does, and the other way round."""

import re
from pathlib import Path

import pytest
from django.conf import settings

import console.api.urls  # noqa: F401 - with all that it can refuse
from console.accounts.permissions import Permission
from console.platform.errors import DomainError
from memory.retrieval.filters import FIELDS, OPERATORS

TEXT = (Path(settings.PROJECT_ROOT) / "docs" / "api.md").read_text()
# Of the browser, of the command line, or the ground of others.
ELSEWHERE = {
    "error",
    "screening_broken",
    "last_owner",
    "step_up_impossible",
    "own_grant",
    "changed_grant",
}


def every_error(kind=DomainError):
    for error in kind.__subclasses__():
        if not error.__module__.startswith("tests."):
            yield error
        yield from every_error(error)


@pytest.mark.parametrize("code", sorted({error.code for error in every_error()} - ELSEWHERE))
def test_every_code_is_documented_beside_its_status(code):
    (status,) = {error.http_status for error in every_error() if error.code == code}
    assert re.search(rf"^\| {status} \|.*`{code}`", TEXT, re.MULTILINE)


def test_every_field_and_operator_of_the_filter_language_is_documented():
    section = TEXT.split("## Filters")[1].split("## Errors")[0]
    assert all(f"`{name}`" in section for name in [*FIELDS, *OPERATORS])


def test_every_permission_named_exists():
    named = set(re.findall(r"`((?:memory|review|traces|audit)\.\w+)`", TEXT))
    assert named
    assert named <= set(Permission)
