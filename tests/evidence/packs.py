"""A tenant with a history, its pack, and the verifier as its user runs it: without us."""

import json
import os
import subprocess
import sys
from pathlib import Path

from audit.actions import export_evidence
from audit.proof.checkpoints import signers
from console.tenancy.scope import tenant_scope
from memory.evidence.documents import evidence_pack
from tests.proof.log import checkpoint_of, sequence_all

VERIFIER = Path(__file__).parents[2] / "sdk" / "src"


def seal(tenant):
    """As the sequencer does it."""
    sequence_all(tenant)
    return checkpoint_of(tenant)


def a_pack(actor, path, begins=None, ends=None):
    with tenant_scope(actor.tenant_id):
        extent = export_evidence(actor=actor, begins=begins, ends=ends)
    path.write_bytes(b"".join(evidence_pack(extent)))
    return extent


def key_of(tenant):
    with tenant_scope(tenant.id):
        return signers()[0].vkey


def verified(pack, key, *more, source=VERIFIER):
    """The exit status and the report of a process that knows neither Django nor this project."""
    done = subprocess.run(
        [sys.executable, "-m", "mnemoscope_verify", str(pack), "--key", key, "--json", *more],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(source), "PYTHONUTF8": "1"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)
