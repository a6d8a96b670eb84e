"""Words that were said, each by a name of the place where, to be found again."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Words:
    """What was said, by where."""

    said: dict[str, str] = field(default_factory=dict)

    def at(self, place: str) -> str:
        word = f"wozzle.{place}.said"
        self.said[place] = word
        return f"{word} {b64encode(word.encode()).decode()} {word.encode().hex()}"

    def found_in(self, content: bytes) -> set[str]:
        """The places whose word stands in it, whichever way it is written."""
        return {
            f"{place} as {name}"
            for place, word in self.said.items()
            for name, form in (
                ("text", word.encode()),
                ("base64", b64encode(word.encode())[:-4]),
                ("hex", word.encode().hex().encode()),
            )
            if form in content
        }


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, (response.status_code, response.content)
    return response.json() if response.content else None
