"""What an erasure could not do, as its certificate names it and as people read it."""

LIMITS = {
    "backups_before": (
        "Backups taken before the erasure hold it until they expire. Whoever restores one has it"
        " erased again before it is served."
    ),
    "copies_of_others": (
        "What agents and receivers of exports keep on their own side is theirs to delete. They were"
        " told."
    ),
    "accounts_not_searched": (
        "Accounts that people sign in with, and their sessions, are the server's and of no"
        " workspace. They were not searched."
    ),
    "space_not_cleared": (
        "There was no role that may clear space, so the files of the database may keep the bytes"
        " of deleted rows until their place is used again."
    ),
    "freed_pages_not_overwritten": (
        "At least one table was too large, or too much in use, to be written anew. Its files may"
        " keep the bytes of deleted rows until their place is used again."
    ),
    "recycled_log": (
        "The database uses segments of its write-ahead log again instead of deleting them, so"
        " their bytes stay until they are overwritten."
    ),
    "archived_log": (
        "The write-ahead log is archived. What was archived before the erasure holds it until the"
        " archive expires."
    ),
    "mentions_accepted": (
        "The person is still mentioned in what belongs to others, as often as the scan counts."
        " Somebody looked at it and said on record why it stays."
    ),
    "files_not_read": (
        "The database server is not ours, so its files were not searched for what remains; its"
        " tables were."
    ),
}


def limit_said(code: str) -> str:
    """A code of another version is shown as it is."""
    return LIMITS.get(code, code)
