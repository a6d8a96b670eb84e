"""What a pack of the chosen period would hold, before anybody takes it."""

from dataclasses import dataclass

from audit.evidence.extent import Extent, NothingSealedError, PrunedPeriodError, extent_of
from audit.proof.checkpoints import signers
from console.web.forms.evidence import EvidenceForm


@dataclass(frozen=True, slots=True)
class EvidenceScreen:
    """`extent` is None where the form does not hold, nothing is sealed yet, or all is pruned."""

    form: EvidenceForm
    extent: Extent | None
    is_pruned: bool  # retention removed every event of the period
    key: str  # the log's public key, in the form of C2SP


def evidence_screen(form: EvidenceForm) -> EvidenceScreen:
    keys = signers()
    extent, is_pruned = None, False
    if form.is_valid():
        try:
            extent = extent_of(*form.period)
        except NothingSealedError:
            pass
        except PrunedPeriodError:
            is_pruned = True
    return EvidenceScreen(form, extent, is_pruned, keys[0].vkey if keys else "")
