from audit.models import RunOutcome, RunResult
from audit.outcomes import RunName
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission


@audited("run.outcome_reported")
def report_outcome(
    *, actor: Actor, run: RunName, result: RunResult, score: float | None = None, comment: str = ""
) -> RunOutcome:
    """Says how a run went: what its memories were good for is told by that.

    A run need not have arrived yet: the agent that made it may report before its spans do.
    """
    actor.require(Permission.OUTCOME_REPORT)
    outcome = RunOutcome.objects.create(
        run_id=run.run_id,
        trace_id=run.trace_id,
        result=result,
        score=score,
        note=comment,
        reported_by_kind=actor.kind,
        reported_by_id=actor.id,
        reported_by_label=actor.label[:200],
        api_key_id=actor.api_key_id,
    )
    note(run_id=str(run.run_id), result=result, score=score)
    return outcome
