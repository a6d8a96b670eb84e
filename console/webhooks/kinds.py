"""What is told to those who listen. A short list: each kind costs every listener a case."""

from django.db import models


class EventKind(models.TextChoices):
    """The value is what a message says as its `type`; the label is what a person chooses by."""

    REVIEW_DECIDED = "review.decided", "A review is decided: approved, corrected, rejected, ended"
    REVIEW_OPENED = "review.opened", "Something is held for a person to decide"
    MEMORY_STATE_CHANGED = (
        "memory.state_changed",
        "A memory changed its state by another hand than its agent's",
    )
    SUBJECT_ERASED = "subject.erased", "A person was erased: delete what you hold about them"
    TEST = "webhook.test", "A test, sent by hand"


# A test is sent to the endpoint that asks for it, chosen or not.
CHOOSABLE = (
    EventKind.REVIEW_DECIDED,
    EventKind.REVIEW_OPENED,
    EventKind.MEMORY_STATE_CHANGED,
    EventKind.SUBJECT_ERASED,
)
