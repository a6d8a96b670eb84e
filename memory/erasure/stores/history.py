from memory.erasure.stores.store import Store

# Codes of ours; some doors take a sentence for a reason.
A_CODE = "'^[a-z][a-z0-9_]*$'"

HISTORY = Store(
    governed=True,
    name="history",
    label="Reasons in the history of memories",
    what_happens="Blanked where they are words. When which state was in force stays.",
    table="memory_memorytransition",
    left=(f"x.memory_id IN (SELECT id FROM about) AND x.reason <> '' AND x.reason !~ {A_CODE}"),
    blank="reason = ''",
)
