"""Words on a request are personal data too: they go with the person."""

from memory.models import SubjectRequest


def blank_words(request: SubjectRequest) -> None:
    """Of one that is being closed, or is; not saved. Reference, dates and ids stay."""
    request.named = request.asked_by = request.contact = request.wish = ""
    request.identity_check = request.extension_reason = request.close_reason = ""
    request.also_named = []
