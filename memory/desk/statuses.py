"""Which status of a request follows which, by which verb, and who may do it: the one table.

The database refuses every other way (migration 0024), the pages offer what it says, and
docs/subject-requests.md draws it. Tests hold all three to it.
"""

from enum import StrEnum
from typing import NamedTuple

from memory.models import RequestStatus

_S = RequestStatus


class Who(StrEnum):
    DESK = "anybody at the desk"  # Permission.ERASURE_MANAGE
    PERSON = "the person, by their code"
    SECOND = "a second person at the desk"  # whose hands it has not passed through
    PRODUCT = "the product, or anybody at the desk once it has cooled off"


class Move(NamedTuple):
    start: RequestStatus
    end: RequestStatus
    verb: str
    who: Who


MOVES = (
    Move(_S.RECEIVED, _S.AWAITING_IDENTITY, "ask_identity", Who.DESK),
    Move(_S.RECEIVED, _S.READY, "confirm_identity", Who.DESK),
    Move(_S.AWAITING_IDENTITY, _S.READY, "confirm_identity", Who.DESK),
    Move(_S.AWAITING_IDENTITY, _S.READY, "enter_code", Who.PERSON),
    Move(_S.READY, _S.APPROVED, "approve", Who.SECOND),
    Move(_S.APPROVED, _S.READY, "stop", Who.DESK),
    Move(_S.APPROVED, _S.CARRYING_OUT, "begin", Who.PRODUCT),
    Move(_S.CARRYING_OUT, _S.COMPLETED, "complete", Who.PRODUCT),
    *(
        Move(start, end, verb, Who.DESK)
        for end, verb in (
            (_S.REFUSED, "refuse"),
            (_S.WITHDRAWN, "withdraw"),
            (_S.DUPLICATE, "mark_duplicate"),
        )
        for start in (_S.RECEIVED, _S.AWAITING_IDENTITY, _S.READY, _S.APPROVED)
        if (start, end) != (_S.APPROVED, _S.DUPLICATE)
    ),
)
PAIRS = frozenset((move.start, move.end) for move in MOVES)


def starts_of(verb: str) -> frozenset[RequestStatus]:
    return frozenset(move.start for move in MOVES if move.verb == verb)
