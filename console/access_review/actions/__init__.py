"""Beginning a review of access, and answering its lines."""

from console.access_review.actions.answer import attest_lines, revoke_line
from console.access_review.actions.start import start_access_review

__all__ = ["attest_lines", "revoke_line", "start_access_review"]
