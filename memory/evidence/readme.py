"""What whoever opens a pack reads first."""

from audit.evidence.extent import Extent
from audit.proof.entry import instant
from audit.proof.notes import origin_of

README = """\
# Evidence from {origin}

Events {first} to {last} of this tenant's audit log, under checkpoints {begins_at} to {ends_at};
asked for: {begins} to {ends}. Sealed at {sealed_at}.
{pruned}{waiting}
## Verify it

    pip install cryptography
    PYTHONPATH=evidence.zip/verifier python3 -m mnemoscope_verify evidence.zip --key KEY

or, unpacked, from the folder `verifier`: python3 -m mnemoscope_verify .. --key KEY

Add --checkpoint FILE for each file of checkpoints that was kept outside the server.

KEY is the log's public key. Take it from where it was noted when the log began, never from this
pack: keys.txt is here to compare. FILE is the
append-only file, or what a webhook or a syslog received: without them a history that was rewritten
with the log's own key cannot be told. To depend on nothing from here, install the verifier from
elsewhere (`pip install mnemoscope-client[verify]`) and run `mnemoscope-verify` on the pack.

It ends with 0 if all is well, 1 if something was touched, naming what and where, and 2 if it
cannot tell.

## What is here

| file | what |
|---|---|
| manifest.json, manifest.note | the period, each file's SHA-256; signed by the log's keys |
| events.jsonl | one event a line: the entry that was sealed, and the words beside it |
| checkpoints.jsonl | the log's signed checkpoints (C2SP tlog-checkpoint) |
| leaves.bin | the log's leaf hashes, by which the verifier names the place of a tampering |
| keys.txt | the log's public keys |
| anchors.jsonl | who outside the database took which checkpoint; timestamp tokens (RFC 3161) |
| policies/ | every version of the policy, and when which was in force |
| access.json | who may do what, as of now: people, agents, keys without secrets |
| settings.json | for how long what is kept |
| certificates/ | of erasures, signed by the log's key |
| verifier/ | the verifier's source |

The words of an event (a name, a note) are forgotten when a person's data are erased; the entry
holds their salted digest alone, so the log verifies all the same.
"""


def readme_of(extent: Extent) -> str:
    waiting = ""
    if extent.waiting:
        waiting = f"\n{extent.waiting:,} later events are recorded and under no checkpoint yet.\n"
    pruned = ""
    if extent.pruned:
        pruned = (
            f"\nThe {extent.pruned.size:,} events before those were removed by retention, the last"
            f" of them at {instant(extent.pruned.at)}.\n"
        )
    return README.format(
        origin=origin_of(extent.tenant_id),
        first=extent.first,
        last=extent.size - 1,
        begins_at=extent.begins_at,
        ends_at=extent.ends_at,
        begins=instant(extent.begins) if extent.begins else "the beginning",
        ends=instant(extent.ends) if extent.ends else "now",
        sealed_at=instant(extent.sealed_at),
        waiting=waiting,
        pruned=pruned,
    )
