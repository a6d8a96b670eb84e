from memory.policies.compiled import CompiledPolicy, decide, must_sign
from memory.policies.facts import Facts
from memory.policies.in_force import held_subjects, policy_in_force, standing_of
from memory.policies.ruling import RejectedByPolicyError, Ruling

__all__ = [
    "CompiledPolicy",
    "Facts",
    "RejectedByPolicyError",
    "Ruling",
    "decide",
    "held_subjects",
    "must_sign",
    "policy_in_force",
    "standing_of",
]
