"""What went into a step and what came out of it, message by message. Masked, and bounded."""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.dialects.message_parts import Part, PartKind
from audit.dialects.message_shapes import Message
from audit.dialects.messages import Exchange
from console.web.masking import Mask

# What is shown of a part, and of all together: at first, and when all is asked for.
CLIP, CLIPPED = 3_000, 40_000
MOST, ALL = 20_000, 150_000
# Where the room is used up each part still tells how it begins.
BEGINNING = 160
# Masked somewhat further than it is shown: what is cut in two is still known for what it is.
MARGIN = 300
LATEST = 6


@dataclass(frozen=True, slots=True)
class Speech:
    """One part of a message. `left` characters of it are not shown."""

    kind: PartKind
    name: str
    id: str
    text: str
    left: int

    @property
    def is_code(self) -> bool:
        return self.kind in {PartKind.TOOL_CALL, PartKind.TOOL_RESULT, PartKind.DATA}


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    parts: list[Speech]
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`earlier` turns are those that page would hardly be opened for; `left_out` are not here."""

    system: Turn | None
    earlier: list[Turn]
    asked: list[Turn]
    answered: list[Turn]
    arguments: Speech | None
    result: Speech | None
    left_out: int
    is_clipped: bool


def conversation_of(exchange: Exchange, mask: Mask, *, whole: bool) -> Conversation:
    """The answer is given room first, then the latest of what was asked."""
    room = _Room(mask, MOST if whole else CLIP, ALL if whole else CLIPPED)
    arguments, result = room.take(exchange.arguments), room.take(exchange.result)
    answered = room.turns(exchange.output)
    asked = room.turns(exchange.input)
    system = room.turns([Message("system", exchange.system)]) if exchange.system else []
    return Conversation(
        system=next(iter(system), None),
        earlier=asked[:-LATEST],
        asked=asked[-LATEST:],
        answered=answered,
        arguments=arguments,
        result=result,
        left_out=exchange.left_out,
        is_clipped=room.is_clipped,
    )


@dataclass(slots=True)
class _Room:
    mask: Mask
    most: int
    left: int
    is_clipped: bool = False

    def turns(self, messages: Iterable[Message]) -> list[Turn]:
        """The latest take what room there is first."""
        turns = [
            Turn(
                message.role,
                [speech for part in message.parts if (speech := self.take(part))],
                message.finish_reason,
            )
            for message in reversed(list(messages))
        ]
        return turns[::-1]

    def take(self, part: Part | None) -> Speech | None:
        if part is None:
            return None
        most = min(self.most, max(self.left, BEGINNING))
        text = self.mask.raw(part.text[: most + MARGIN])[:most]
        self.left -= len(text)
        left = part.cut + max(0, len(part.text) - most)
        self.is_clipped |= left > part.cut
        return Speech(part.kind, part.name, part.id, text, left)
