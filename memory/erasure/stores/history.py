from audit.reasons import REASONS
from memory.erasure.stores.store import Store

CODES = ", ".join(f"'{code}'" for code in sorted(REASONS))

HISTORY = Store(
    governed=True,
    name="history",
    label="Reasons in the history of memories",
    what_happens="Blanked where they are words. When which state was in force stays.",
    table="memory_memorytransition",
    left=f"x.memory_id IN (SELECT id FROM about) AND x.reason NOT IN ('', {CODES})",
    blank="reason = ''",
)
