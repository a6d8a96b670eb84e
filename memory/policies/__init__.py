from memory.policies.default import Ruling, decide
from memory.policies.expiry import expiry_of

__all__ = ["Ruling", "decide", "expiry_of"]
