from audit.rules.retention import Retention
from console.web.forms.numbers import NumbersForm


class RetentionForm(NumbersForm[Retention]):
    words = {
        "content_days": (
            "What spans said, in days",
            "Messages, arguments, results and every attribute: the bulk, and the personal data.",
        ),
        "span_days": (
            "Spans and runs, in days",
            "That a step was, of what kind, for how long, with which tokens and cost.",
        ),
        "access_days": (
            "Which memories were touched, in days",
            "Ids only. How far a bad memory reached is known as far back as this.",
        ),
        "count_days": ("Counts by minute, in days", "What alarms compare today with."),
    }
