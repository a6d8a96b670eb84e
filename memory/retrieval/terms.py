"""The words of a text as keyed hashes: what the database may know of them.

A term is the first 32 bits of BLAKE2b (RFC 7693), keyed with the tenant's index key, over the
stem of a word (Snowball, English), normalised by NFKC and lower-cased. Two stems of one scope may
share a term once in millions: ranking bears it, and it tells a thief less.
"""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from threading import local

import numpy as np
import Stemmer
from numpy.typing import NDArray

# The words of the rest of a longer text do not count.
MAX_CHARACTERS = 200_000
MAX_QUERY_TERMS = 64
WORD = re.compile(r"\w+")
PERSON = b"mnemoscope term"
# Words that say nothing of what a text is about.
STOP_WORDS = frozenset(
    WORD.findall(
        """a about above after again against all am an and any are as at be because been
        before being below between both but by can d did do does doing don down during each
        few for from further had has have having he her here hers herself him himself his
        how i if in into is it its itself just ll m me more most my myself no nor not now of
        off on once only or other our ours ourselves out over own re s same she should so
        some such t than that the their theirs them themselves then there these they this
        those through to too under until up ve very was we were what when where which while
        who whom why will with would you your yours yourself yourselves"""
    )
)
# A stemmer keeps a cache and is not shared between threads.
_threads = local()


def stems(text: str) -> list[str]:
    """The stems of the words that say something, in their order."""
    folded = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower()
    words = [word for word in WORD.findall(folded) if word not in STOP_WORDS]
    stemmer = getattr(_threads, "stemmer", None)
    if stemmer is None:
        stemmer = _threads.stemmer = Stemmer.Stemmer("english")
    stemmed: list[str] = stemmer.stemWords(words)
    return stemmed


def blind(stem: str, key: bytes) -> int:
    """A stem's term, a signed 32-bit integer as PostgreSQL keeps it."""
    digest = blake2b(stem.encode(), digest_size=4, key=key, person=PERSON).digest()
    return int.from_bytes(digest, "big", signed=True)


def blind_terms(text: str, key: bytes) -> list[int]:
    """A term per word that says something, sorted, so that their order is not told either."""
    known: dict[str, int] = {}
    found = stems(text)
    for stem in found:
        if stem not in known:
            known[stem] = blind(stem, key)
    return sorted([known[stem] for stem in found])


def asked_terms(text: str, keys: Sequence[bytes]) -> NDArray[np.int32]:
    """The distinct terms of a query: a line per key, a column per word."""
    distinct = list(dict.fromkeys(stems(text)))[:MAX_QUERY_TERMS]
    terms = [[blind(stem, key) for stem in distinct] for key in keys]
    return np.array(terms, dtype=np.int32).reshape(len(keys), len(distinct))
