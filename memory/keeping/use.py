"""How memories were used, from the access log.

Only recalls through our own API count: what an agent's spans claim could be made up to keep a
memory alive.
"""

# For a WHERE over audit_memoryaccess AS a.
IS_RECALL = "a.access = 'read' AND a.source = 'api' AND a.rank IS NOT NULL"
# One run is a run of traces where the caller traces, else whatever one agent does in a day.
# audit_trace AS t is joined on the trace.
RUN_OF = (
    "coalesce(t.run_id::text, encode(a.trace_id, 'hex'),"
    " a.agent || ' ' || (a.at AT TIME ZONE 'UTC')::date)"
)
