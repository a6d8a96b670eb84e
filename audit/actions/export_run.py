from audit.models import Run
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission


@audited("run.exported")
def export_run(*, actor: Actor, run: Run, form: str) -> Run:
    """Puts on record that somebody takes a run away, before a word of it leaves.

    The document itself is `audit.export`'s, read after this transaction.
    """
    actor.require(Permission.TRACES_READ)
    note(form=form, spans=run.span_count)
    return run
