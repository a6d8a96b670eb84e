"""What is redacted leaves its kind behind and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from memory.screening import ScreenContext, screen
from memory.screening.finding import Finding
from memory.screening.redaction import redact, redact_write
from memory.writes import Write


def screened(write):
    context = ScreenContext(
        key=write.key, value=write.value, metadata=write.metadata, source=write.source
    )
    return screen(write.content, context)


def test_a_placeholder_stands_where_the_personal_data_stood():
    text = "Write to jonas@example.org or ring +49 40 1234567."
    assert redact(text, screen(text)) == "Write to [email address] or ring [phone number]."


def test_nothing_personal_is_left_anywhere_in_a_redacted_write():
    write = Write(
        content="Mail jonas@example.org, password: hunter2!",
        value={
            "jonas@example.org": ["jonas@example.org", {"card": 4111111111111111}],
            "a/b~c": "jonas@example.org",
            "b#": {"kept": True},
        },
        metadata={"from": "203.0.113.7", "kept": 1},
        source="https://crm.example/?q=jonas@example.org",
    )
    redacted = redact_write(write, screened(write))
    for secret in ("jonas", "hunter2", "4111", "203.0"):
        assert secret not in repr(redacted)
    assert redacted.content == "Mail [email address], password: [secret: password or key]"
    assert redacted.value == {
        "[email address]": ["[email address]", {"card": "[card number]"}],
        "a/b~c": "[email address]",
        "b#": {"kept": True},
    }
    assert redacted.metadata == {"from": "[internet address]", "kept": 1}
    assert screened(redacted) == []


def test_two_members_that_become_one_placeholder_are_both_kept():
    write = Write(content="x", value={"a@example.org": 1, "b@example.org": 2})
    assert redact_write(write, screened(write)).value == {
        "[email address]": 1,
        "[email address]'": 2,
    }


def test_a_write_with_nothing_to_redact_stays_as_it_is():
    write = Write(content="The customer prefers mornings.")
    assert redact_write(write, screened(write)) is write


@given(
    st.text(min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6),
)
def test_whatever_spans_overlap_no_character_of_them_is_left(text, pairs):
    spans = [tuple(sorted((min(a, len(text)), min(b, len(text))))) for a, b in pairs]
    covered = {at for start, end in spans for at in range(start, end)}
    kept = "".join(c for at, c in enumerate(text) if at not in covered)
    findings = [Finding("x", "", "note", 0.1, start, end, label="L") for start, end in spans]
    left = redact(text, findings)
    assert left.replace("[L]", "") == kept.replace("[L]", "")
