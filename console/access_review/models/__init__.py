from console.access_review.models.answer import Answer, Verdict
from console.access_review.models.line import GrantKind, Line
from console.access_review.models.review import AccessReview

__all__ = ["AccessReview", "Answer", "GrantKind", "Line", "Verdict"]
