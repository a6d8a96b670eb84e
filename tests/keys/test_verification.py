"""What somebody changed in the database behind the application's back is found."""

import json
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.database import DATABASE
from tests.keys.stored import run


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE memory_memoryversion SET author_label = 'somebody else'", "row_changed"),
        ("UPDATE memory_memoryversion SET metadata = '{\"a\": 1}'", "row_changed"),
        ("UPDATE memory_sealedcontent SET ciphertext = ciphertext || '\\x00'", "words_changed"),
        ("UPDATE memory_memory SET metadata = '{\"a\": 1}'", "memory_differs"),
        ("DELETE FROM memory_sealedcontent", "words_missing"),
        ("UPDATE memory_memoryversion SET number = 2", "version_missing"),
    ],
)
def test_what_somebody_changed_behind_our_back_is_found(stored, postgres, tampering, code):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")  # no trigger stands in the way
        superuser.execute(tampering)
    out = StringIO()
    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_memories", json=True, stdout=out)
    found = {problem["code"] for problem in json.loads(out.getvalue())["acme"]["problems"]}
    assert code in found


def test_words_of_one_version_do_not_open_as_anothers(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE memory_sealedcontent s SET ciphertext = o.ciphertext, key_id = o.key_id"
            " FROM memory_sealedcontent o WHERE o.id <> s.id"
        )
    with pytest.raises(CommandError):
        run("verify_memories")


def test_a_memory_deleted_whole_is_missed_by_its_event(stored, postgres):
    with psycopg.connect(postgres.dsn(), dbname=DATABASE) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in ("sealedcontent", "memoryversion", "memory"):
            superuser.execute(f"DELETE FROM memory_{table}")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_memories", json=True, stdout=out)
    problems = json.loads(out.getvalue())["acme"]["problems"]
    assert [problem["code"] for problem in problems] == ["memory_missing"] * 3
