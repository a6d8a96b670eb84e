from django import forms

from console.platform.errors import InvalidInputError


def show_problems(form: forms.Form, error: InvalidInputError) -> None:
    """Puts each problem beside its field, and what has no field above them all."""
    for problem in error.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.detail)
    if not error.problems:
        form.add_error(None, error.detail)
