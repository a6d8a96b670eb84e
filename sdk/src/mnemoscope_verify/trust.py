"""Whose signature counts: the keys a person named, and those that a rotation handed over to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from mnemoscope_verify.notes import Key, Note


class Standing(Enum):
    TRUSTED = auto()
    FORGED = auto()  # it names a trusted key whose signature it does not bear
    UNKNOWN = auto()  # signed by nobody we know


class KeyRing:
    def __init__(self, keys: Iterable[Key]) -> None:
        self.keys = {(key.name, key.id): key for key in keys}
        self.learnt: list[Key] = []

    def standing(self, note: Note) -> Standing:
        """One good signature is enough: an older key's beside it may be unknown to us."""
        known = [
            (self.keys[name, key_id], signature)
            for name, key_id, signature in note.signatures
            if (name, key_id) in self.keys
        ]
        if any(key.signed(note.body, signature) for key, signature in known):
            return Standing.TRUSTED
        return Standing.FORGED if known else Standing.UNKNOWN

    def learn(self, note: Note, origin: str, named: Iterable[Key]) -> None:
        """The log's other keys, from a note that a trusted key signed and they did as well.

        They must stand in the text that the trusted key signed: a line of signature is covered
        by no other, so that anybody may add one to an honest note.
        """
        for key in named:
            if (key.name, key.id) in self.keys or key.name != origin:
                continue
            if KeyRing([key]).standing(note) is Standing.TRUSTED:
                self.keys[key.name, key.id] = key
                self.learnt.append(key)
