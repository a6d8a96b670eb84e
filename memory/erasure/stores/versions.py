from memory.erasure.stores.store import Store

VERSIONS = Store(
    governed=True,
    name="versions",
    label="Versions of memories",
    what_happens="Their sealed words, evidence of findings and signed statements are deleted.",
    table="memory_sealedcontent",
    left="x.id IN (SELECT id FROM versions)",
)
