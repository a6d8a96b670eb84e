"""The last day of the calendar has no next one: no page breaks over it."""

import pytest

LAST = "9999-12-31"
REFUSED = "Choose a day before the year 9000."


@pytest.mark.parametrize(
    "address",
    [
        f"/audit/?until={LAST}",
        f"/audit/export?until={LAST}",
        f"/audit/evidence?ends={LAST}",
        f"/runs/?until={LAST}",
    ],
)
def test_a_filter_names_it_beside_its_field(desk, alice, address):
    answer = desk(alice).get(address)
    assert answer.status_code == 200
    if "export" not in address:
        assert REFUSED in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/holds/new", {"scope": "period", "since": "2026-01-01", "until": LAST, "ground": "x"}),
        ("/requests/new", {"kind": "erasure", "subject": "x", "asked_by": "x", "due_on": LAST}),
    ],
)
def test_a_form_names_it_beside_its_field(desk, alice, address, said):
    answer = desk(alice).post(address, said)
    assert answer.status_code == 422
    assert REFUSED in answer.content.decode()
