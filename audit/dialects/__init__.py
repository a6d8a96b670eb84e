"""What spans mean. One small file per convention, each a table: concept → attribute names.

`normalise` reads a span through all of them at once, since instrumentations mix within a trace.
"""
