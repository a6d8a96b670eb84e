"""What came after a recall, as far as the spans tell. `docs/traces.md`, Influence, defines it.

A *turn* is the steps of one trace from the end of a recall to the end of the nearest agent or
workflow span around it; where there is none, to the next root of the trace. *Influenced* are the
model and tool calls that start in the turn, and the memories written in it: they came after it,
which is no proof that they came of it.
"""
