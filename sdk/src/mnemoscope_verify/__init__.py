"""Tells whether an export of Mnemoscope's audit log is what was logged, or how it was touched.

Written from the standards (RFC 9162, RFC 8032, C2SP signed notes and tlog-checkpoint) and from the
description of the export, not from the server's code: it shares nothing with what it checks.
"""
