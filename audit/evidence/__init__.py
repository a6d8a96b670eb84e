"""Evidence packs: a period of a tenant's log that verifies without us (docs/verifier.md)."""
