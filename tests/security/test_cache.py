"""Whoever can write the cache's table cannot make the processes that read it do anything."""

import os
import pickle
from base64 import b64encode
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from console.platform.clock import now

PLAIN = {"times": [1.5, 2, 3], "who": "10.0.0.1", "is_held": True, "none": None}


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def put(key, value):
    """As somebody with SQL and the application's role does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO console_cache (cache_key, value, expires) VALUES (%s, %s, %s)",
            [cache.make_key(key), b64encode(pickle.dumps(value)).decode(), now() + timedelta(1)],
        )


def test_what_somebody_wrote_into_the_table_runs_nowhere(db, tmp_path):
    put("rate", Evil(str(tmp_path / "ran")))
    with pytest.raises(pickle.UnpicklingError):
        cache.get("rate")
    assert not (tmp_path / "ran").exists()


def test_plain_values_come_back_until_they_expire(db):
    cache.set("plain", PLAIN, timeout=60)
    assert cache.get("plain") == PLAIN
    assert cache.get_many(["plain", "other"]) == {"plain": PLAIN}
    cache.set("plain", PLAIN, timeout=0)
    assert cache.get("plain", "gone") == "gone"
    assert cache.add("lease", 1, timeout=60)
    assert not cache.add("lease", 1, timeout=60)
    assert cache.incr("lease") == 2
