from base64 import b64encode
from collections.abc import Collection
from typing import Any

from rest_framework import serializers
from rest_framework.fields import Field
from typing_extensions import override

from audit.models import Anchor, AuditEvent, Checkpoint
from audit.proof.entry import entry_of
from audit.proof.proofs import Inclusion
from audit.proof.states import LogState
from console.api.fields import QueryNumberField
from console.api.serializers import QuerySerializer
from console.api.v1.answers import Shape, as_json

LARGEST = 2**63 - 1
BASE64 = "In base64."


class ConsistencyQuery(QuerySerializer):
    to = QueryNumberField(
        min_value=1, max_value=LARGEST, help_text="The later size, at most that of the log."
    )

    @override
    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        # `from` is a word of Python's, so it cannot stand above.
        first = QueryNumberField(min_value=1, max_value=LARGEST, help_text="The earlier size.")
        return {"from": first, **super().get_fields()}


class AnchorAnswer(Shape):
    sink = serializers.CharField(help_text="Who has it, outside the database.")
    accepted_at = serializers.DateTimeField()


class CheckpointAnswer(Shape):
    number = serializers.IntegerField(help_text="From 1, without gaps.")
    size = serializers.IntegerField(help_text="How many events it covers: the first so many.")
    root = serializers.CharField(help_text=BASE64)  # type: ignore[assignment]
    note = serializers.CharField(help_text="The evidence: a C2SP tlog-checkpoint, signed.")
    made_at = serializers.DateTimeField()
    anchors = AnchorAnswer(many=True)


class LogAnswer(Shape):
    origin = serializers.CharField(help_text="The log's name, and that of its keys.")
    size = serializers.IntegerField(help_text="How many events have their place in it.")
    waiting_since = serializers.DateTimeField(
        allow_null=True,
        help_text="When the first event was recorded that has no place yet. Seconds ago, or the"
        " sequencer does not run.",
    )
    checkpoint = CheckpointAnswer(allow_null=True, help_text="The newest.")
    anchored = serializers.IntegerField(
        allow_null=True, help_text="The number of the newest that somebody outside has."
    )
    pruned = serializers.IntegerField(
        help_text="How many of the first events retention removed. Their places and hashes stay."
    )
    keys = serializers.ListField(
        child=serializers.CharField(),
        help_text="C2SP verifier keys, that which signs now first. Keep them apart from exports.",
    )


class WordsAnswer(Shape):
    actor_label = serializers.CharField()
    note = serializers.CharField()
    salt = serializers.CharField(help_text="In hexadecimal.")


class ProofAnswer(Shape):
    index = serializers.IntegerField(help_text="The event's place in the log, from 0.")
    entry = serializers.CharField(help_text="What is hashed into the leaf, as UTF-8.")
    words = WordsAnswer(
        allow_null=True,
        help_text="Their HMAC-SHA256 under the salt is in the entry: the label, a zero byte, the"
        " note. Null where they were forgotten.",
    )
    leaf_hash = serializers.CharField(help_text=BASE64)
    hashes = serializers.ListField(
        child=serializers.CharField(help_text=BASE64),
        help_text="The inclusion path of RFC 9162 §2.1.3, from the leaf upwards.",
    )
    checkpoint = CheckpointAnswer(help_text="Under which it is proved.")
    keys = serializers.ListField(child=serializers.CharField())


class ConsistencyAnswer(Shape):
    hashes = serializers.ListField(
        child=serializers.CharField(help_text=BASE64),
        help_text="The consistency proof of RFC 9162 §2.1.4.",
    )


def shown_log(state: LogState, *, origin: str, keys: list[str]) -> dict[str, Any]:
    shown = {
        "origin": origin,
        "size": state.size,
        "waiting_since": state.waiting_since,
        "checkpoint": _only(state.checkpoint) if state.checkpoint else None,
        "anchored": state.anchored or None,
        "pruned": state.pruned.size if state.pruned else 0,
        "keys": keys,
    }
    return as_json(LogAnswer, shown)


def shown_checkpoints(checkpoints: Collection[Checkpoint]) -> list[dict[str, Any]]:
    return [as_json(CheckpointAnswer, shown) for shown in _shown(checkpoints)]


def shown_proof(event: AuditEvent, proof: Inclusion, keys: list[str]) -> dict[str, Any]:
    words = {"actor_label": event.actor_label, "note": event.note}
    shown = {
        "index": proof.index,
        "entry": entry_of(event).decode(),
        "words": {**words, "salt": bytes(event.salt).hex()} if event.salt else None,
        "leaf_hash": _base64(proof.leaf_hash),
        "hashes": [_base64(one) for one in proof.hashes],
        "checkpoint": _only(proof.checkpoint),
        "keys": keys,
    }
    return as_json(ProofAnswer, shown)


def shown_consistency(hashes: list[bytes]) -> dict[str, Any]:
    return as_json(ConsistencyAnswer, {"hashes": [_base64(one) for one in hashes]})


def _only(checkpoint: Checkpoint) -> dict[str, Any]:
    return _shown([checkpoint])[0]


def _shown(checkpoints: Collection[Checkpoint]) -> list[dict[str, Any]]:
    numbers = [checkpoint.number for checkpoint in checkpoints]
    taken = list(Anchor.objects.filter(checkpoint__in=numbers).order_by("id"))
    return [
        {
            "number": checkpoint.number,
            "size": checkpoint.size,
            "root": _base64(bytes(checkpoint.root)),
            "note": checkpoint.note,
            "made_at": checkpoint.made_at,
            "anchors": [
                {"sink": anchor.sink, "accepted_at": anchor.accepted_at}
                for anchor in taken
                if anchor.checkpoint == checkpoint.number
            ],
        }
        for checkpoint in checkpoints
    ]


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
