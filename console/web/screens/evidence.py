"""What a pack of the chosen period would hold, before anybody takes it."""

from dataclasses import dataclass

from audit.evidence.extent import Extent, NothingSealedError, extent_of
from audit.proof.checkpoints import signers
from console.web.forms.evidence import EvidenceForm


@dataclass(frozen=True, slots=True)
class EvidenceScreen:
    """`extent` is None where the form does not hold, or nothing is sealed yet."""

    form: EvidenceForm
    extent: Extent | None
    key: str  # the log's public key, in the form of C2SP


def evidence_screen(form: EvidenceForm) -> EvidenceScreen:
    keys = signers()
    return EvidenceScreen(form, _extent(form), keys[0].vkey if keys else "")


def _extent(form: EvidenceForm) -> Extent | None:
    if not form.is_valid():
        return None
    try:
        return extent_of(*form.period)
    except NothingSealedError:
        return None
