"""An operator tells by which names the subjects are known."""

import io

import pytest
from django.core.management import CommandError, call_command

from console.tenancy.scope import tenant_scope
from memory.models import SubjectName
from tests.cast import remember


def named(tmp_path, text):
    file = tmp_path / "names.csv"
    file.write_text(text, encoding="utf-8")
    out = io.StringIO()
    call_command("name_subjects", "--tenant=acme", str(file), stdout=out)
    return out.getvalue()


def test_names_from_a_file_are_recognised_in_what_is_written(acme, robo, tmp_path):
    assert named(tmp_path, "c-1,Anna Weber,Frau Weber\n\nc-2, Jonas Õ\n") == "2 subjects named.\n"
    text = "Met anna weber and JONAS õ."
    found = {text[one["start"] : one["end"]] for one in remember(robo, text).version.findings}
    assert found == {"anna weber", "JONAS õ"}


def test_a_file_with_one_bad_name_changes_nothing_and_says_which(acme, tmp_path):
    with pytest.raises(CommandError, match="Line 2: 'the' is an ordinary word"):
        named(tmp_path, "c-1,Anna Weber\nc-2,the\n")
    with tenant_scope(acme.id):
        assert not SubjectName.objects.exists()


def test_an_unknown_tenant_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="There is no tenant 'acme'"):
        named(tmp_path, "c-1,Anna Weber\n")
