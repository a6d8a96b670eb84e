"""What a legal hold keeps of traces, as conditions for statements that would delete.

The functions are the database's (memory's migrations, wider_holds and held_traces), and so are the
holds: this app does not know them. Triggers refuse the same. `(%(tenant)s)` is the tenant at hand.
Where it holds nothing, only that is looked up.
"""

_ANY = "(SELECT mnemoscope_tenant_holds(%(tenant)s))"

SPAN_HELD = f"""({_ANY} AND (
  run_id IN (SELECT mnemoscope_held_runs(%(tenant)s))
  OR mnemoscope_is_held_at(%(tenant)s, start_time)))"""
CONTENT_HELD = f"""({_ANY} AND (
  coalesce(subject_id IN (SELECT mnemoscope_held_subjects(%(tenant)s)), false)
  OR id IN (SELECT mnemoscope_held_blocks(%(tenant)s))
  OR mnemoscope_is_held_on(%(tenant)s, day)))"""
ACCESS_HELD = f"""({_ANY} AND (
  memory_id IN (SELECT m::text FROM mnemoscope_held_memories(%(tenant)s) AS m)
  OR coalesce(trace_id IN (SELECT mnemoscope_held_traces(%(tenant)s)), false)
  OR mnemoscope_is_held_at(%(tenant)s, at)))"""  # noqa: S608 - constants of ours
RUN_HELD = f"({_ANY} AND id IN (SELECT mnemoscope_held_runs(%(tenant)s)))"
