"""How far a memory's influence reaches: `docs/traces.md`, Influence, defines every word used here.

`origins` says where to start, `spread` follows it, `quarantine` (an action) stops it.
"""
