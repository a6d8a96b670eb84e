"""Every column that could hold a word is a store's, or it is said why it is nobody's."""

from collections import Counter

from django.db import connection

from memory.erasure.columns import CATALOG, OTHERS, Why, reason_of, stores_of
from memory.erasure.residue import WORDLESS, columns_to_search
from memory.erasure.stores import STORES


def catalog(in_acme):
    with connection.cursor() as cursor:
        cursor.execute(CATALOG)
        return cursor.fetchall()


def test_each_column_is_a_stores_or_has_a_reason(in_acme):
    rows = catalog(in_acme)
    unsaid = [
        f"{table}.{column}"
        for table, column, *_ in rows
        if not stores_of(table, column) and reason_of(table, column) is None
    ]
    assert unsaid == [], "say in memory/erasure whose words these are"
    assert len(rows) > 300


def test_the_list_names_what_there_is_and_nothing_twice(in_acme):
    known = {f"{table}.{column}" for table, column, *_ in catalog(in_acme)}
    listed = Counter(
        f"{table}.{column}"
        for tables in OTHERS.values()
        for table, columns in tables.items()
        for column in columns.split()
    )
    assert set(listed) - known == set()
    assert [name for name, times in listed.items() if times > 1] == []
    blanked = {name for name in known for store in STORES if store.blank and _of(store, name)}
    assert blanked & set(listed) == set()
    assert {name for store in STORES for name in store.by_hand} - known == set()


def _of(store, name):
    return store.empties(*name.split("."))


def test_what_is_not_the_servers_is_searched(in_acme):
    searched = {(table, column) for table, column, _ in columns_to_search()}
    for table, column, kind, *_ in catalog(in_acme):
        wanted = reason_of(table, column) is not Why.SERVER and kind not in WORDLESS
        assert ((table, column) in searched) == wanted, f"{table}.{column}"
