"""The registry of event kinds: what can stand in the audit trail, and what each means."""

KINDS: dict[str, str] = {
    "memory.written": "An agent or a person wrote a memory; the payload names its state.",
    "memory.revised": "A new version of a memory was written.",
    "memory.restored": "An earlier version became a new current version.",
    "memory.expired": "A memory was made to expire now.",
    "memory.retired": "A memory was deleted: it is kept as history and never recalled.",
    "memory.refreshed": "A memory that is used and was near its end got its life anew.",
    "memory.promoted": "A memory moved to a tier that lasts, because it is used or approved.",
    "memory.demoted": "A memory moved to the archive, because nobody recalls it.",
    "memory.merged": "Several memories became one; the payload names them.",
    "memory.superseded": "A newer memory took this one's place.",
    "memory.recalled": "Memories were recalled; the payload names them and the purpose.",
    "lifecycle.rules_set": "A tenant changed how its memories are kept and let go.",
    "recall.weights_set": "How memories are ranked was changed; the payload has both settings.",
    "review.opened": "A write was held for a person to decide.",
    "review.approved": "A person let a held write take effect.",
    "review.endorsed": "One of the people who must agree approved a held write.",
    "review.edited": "A person corrected a held write and let it take effect.",
    "review.rejected": "A person refused a held write.",
    "review.expired": "A person expired the memory a review was about.",
    "review.deleted": "A person deleted the memory a review was about.",
    "hold.placed": "A legal hold was placed on a memory or on all about a subject.",
    "hold.released": "A legal hold was released.",
    "policy.saved": "A version of the policy was saved; it is not in force by that.",
    "policy.activated": "A version of the policy was switched on.",
    "snapshot.created": "A scope was kept under a name as it was; the payload has its size.",
    "snapshot.deleted": "A snapshot was deleted, or expired; what it named stays.",
    "snapshot.recalled": "Memories were recalled from a snapshot, to debug; they count nowhere.",
    "subject.named": "It was told by which names a subject is known; the payload counts them.",
    "memory.quarantined": "Screening anew found something: the memory is recalled no more.",
    "screening.begun": "Screening anew what is stored began.",
    "screening.advanced": "Stored memories were screened anew; the payload counts what was found.",
    "traces.refused": "A trace export was refused.",
    "agent.registered": "An agent was made known.",
    "agent.trusted": "An agent's ordinary writes no longer wait for review.",
    "api_key.created": "An API key was made.",
    "api_key.revoked": "An API key was revoked.",
    "key.rotated": "A new generation of a key was made; the one before only opens from then on.",
    "key.rewrapped": "A key was wrapped anew, by the current key above it.",
    "key.destroyed": "A key was destroyed: what stood under it can never be read again.",
    "memory.resealed": "What stood under a retired key was sealed under the current one.",
    "memory.verified": "Versions were checked against their seals; the payload counts what fails.",
    "signing_key.created": "An agent was given a key to sign its writes with.",
    "signing_key.rotated": "A signing key was given a successor; the payload says until when.",
    "signing_key.revoked": "A signing key was revoked: nothing new counts as signed by it.",
    "member.added": "A person was given a role.",
    "tenant.created": "A tenant was made.",
    "session.started": "A person signed in to this tenant.",
    "request.refused": "A request was refused; the payload names the code.",
}


def known(kind: str) -> str:
    """The kind itself. Raises KeyError on one that no reader could look up."""
    if kind not in KINDS:
        raise KeyError(f"'{kind}' is not in audit.kinds.KINDS")
    return kind
