"""What an event says, as a sentence: `Bob`, `approved`, `review …`.

A kind is a noun and what was done to it, `review.approved` or `agent.owner_changed`, and reads as
that. Those that would read badly have words of their own.
"""

OBJECT = "{}"
PARTICLES = ("out", "over", "up")
PAST = {
    "begun": "began",
    "forgotten": "forgot",
    "frozen": "froze",
    "given": "gave",
    "made": "made",
    "reset": "reset",
    "set": "set",
    "taken": "took",
    "undone": "took back",
    "withdrawn": "withdrew",
    "written": "wrote",
}
NOUNS = {
    "api_key": "API key",
    "data_key": "key",
    "gold_item": "gold item",
    "hold": "legal hold",
    "membership": "member",
    "opinion": "second opinion",
    "review_batch": "batch",
    "subject_request": "request",
    "tenant": "the tenant",
}
SAID = {
    "anchor.file_cut": "found the file of checkpoints cut short",
    "audit.incomplete": "found changes that no event tells of",
    "audit.exported": "took a part of the trail away",
    "desk.set": "changed how the desk of requests is run",
    "digest.subscribed": "asked for the daily e-mail",
    "digest.unsubscribed": "wants the daily e-mail no more",
    "gold_item.set": "agreed on the right answer of {}",
    "hold.release_asked": "asked for the release of {}",
    "hold.review_due": "found {} due for review",
    "influence.exported": "exported how far {} reached",
    "key.rewrapped": "wrapped {} anew",
    "key.rotation_ordered": "asked for new keys",
    "lifecycle.rules_set": "changed how memories are kept and let go",
    "log.forked": "found two histories in the log",
    "log.opened": "opened the log",
    "log.pruned": "removed events that were kept for long enough",
    "log.verified": "verified the log",
    "member.added": "gave a role to {}",
    "member.identity_linked": "signed in through a provider for the first time as {}",
    "member.invited": "invited somebody with {}",
    "member.invitation_withdrawn": "withdrew {}",
    "memories.quarantined": "quarantined many memories in {}",
    "memory.demoted": "moved {} to the archive",
    "memory.erased": "erased the words of {}",
    "memory.forgotten": "deleted the words of {}",
    "memory.promoted": "moved {} to a tier that lasts",
    "memory.recalled": "recalled memories",
    "memory.refreshed": "renewed the life of {}",
    "memory.rehashed": "hashed the words of memories anew",
    "memory.resealed": "sealed memories anew",
    "memory.retired": "deleted {}",
    "memory.revealed": "looked at personal data that is masked in {}",
    "memory.verified": "checked memories against their seals",
    "opinion.asked": "asked for {}",
    "recall.tried": "tried what would be recalled",
    "recall.weights_set": "changed how memories are ranked",
    "request.refused": "was refused",
    "review.breached": "found {} past its time",
    "review.deleted": "deleted the memory of {}",
    "review.expired": "expired the memory of {}",
    "review.merged": "folded the write of {} into another memory",
    "review.quarantined": "quarantined the memory of {}",
    "review.restored": "let an earlier version take effect in {}",
    "review.undone": "took back the decision of {}",
    "reviews.decided": "decided many reviews in {}",
    "reviews.undone": "took back the decisions of {}",
    "run.outcome_reported": "told how a run went",
    "run.revealed": "looked at personal data that is masked in {}",
    "screening.advanced": "screened stored memories anew",
    "screening.begun": "began to screen stored memories anew",
    "session.started": "signed in",
    "session.stepped_up": "proved again who they are",
    "snapshot.recalled": "recalled memories from {}",
    "stream.behind": "found {} behind",
    "stream.tested": "sent a test to {}",
    "subject.basis_recorded": "recorded {}",
    "subject.basis_withdrawn": "withdrew {}",
    "subject.restricted": "set that no agent uses what is held, in {}",
    "subject.restriction_lifted": "let agents use again what is held, in {}",
    "subject_request.acknowledged": "told the person that {} came",
    "subject_request.code_made": "made a one-time code for {}",
    "subject_request.copy_taken": "took away the copy asked for by {}",
    "subject_request.due_soon": "found {} due within a week",
    "subject_request.handed_over": "made a link to the copy, {}",
    "subject_request.overdue": "found {} overdue",
    "subject_request.rectified": "corrected a memory for {}",
    "subject_request.restriction_set": "placed or lifted the restriction asked for by {}",
    "subject_request.stopped": "took back the approval of {}",
    "subject.named": "told by which names {} is known",
    "subject.renamed": "sealed known names anew",
    "subject_request.code_failed": "entered a wrong code for {}",
    "subject_request.duplicate": "found that {} repeats another",
    "subject_request.identified": "established whose {} is",
    "subject_request.named": "said whom {} is about",
    "subject_request.waiting": "could not go on with {}",
    "tenant.leaked": "saw through the wall between tenants in {}",
    "tenant.second_factor_set": "set who must have a second factor",
    "traces.forgotten": "deleted traces that were kept for long enough",
    "traces.refused": "had a trace export refused",
    "traces.replay_begun": "began to read stored spans anew",
    "traces.replay_ended": "finished reading stored spans anew",
    "traces.retention_set": "changed for how long traces are kept",
    "traces.rules_set": "changed how spans are read",
    "webhook.tested": "sent a test to {}",
    "webhook.disabled": "gave up {}",
    "webhook.replayed": "sent events again to {}",
}


def said_of(kind: str) -> str:
    """What somebody did, with OBJECT where the thing stands that they did it to, if anywhere."""
    if kind in SAID:
        return SAID[kind]
    done = kind.partition(".")[2].split("_")
    if len(done) > 1 and done[-1] in PARTICLES:
        return f"{' '.join(done)} {OBJECT}"
    verb = PAST.get(done[-1], done[-1])
    if verb == done[-1] and not verb.endswith("ed") and verb not in PAST:
        return f"recorded “{' '.join(done)}” of {OBJECT}"
    if len(done) > 1:
        return f"{verb} the {' '.join(done[:-1])} of {OBJECT}"
    return f"{verb} {OBJECT}"


def noun_of(object_kind: str) -> str:
    """What a kind of object is called: `review_item` is a review item."""
    return NOUNS.get(object_kind, object_kind.replace("_", " "))


def sentence_of(kind: str, actor: str, object_kind: str) -> str:
    """In plain words and without ids: `Bob approved review`."""
    noun = noun_of(object_kind or kind.partition(".")[0])
    return f"{actor or 'Somebody'} {said_of(kind).replace(OBJECT, noun)}".strip()
