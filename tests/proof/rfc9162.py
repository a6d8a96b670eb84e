"""RFC 9162 §2.1 word for word: the definitions by recursion, and how a proof is verified."""

from hashlib import sha256


def tree_hash(entries):
    """MTH(D_n) of §2.1.1."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + tree_hash(entries[:k]) + tree_hash(entries[k:])).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m, entries):
    """PATH(m, D_n) of §2.1.3.1."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), tree_hash(entries[k:])]
    return [*path(m - k, entries[k:]), tree_hash(entries[:k])]


def proof(m, entries):
    """PROOF(m, D_n) of §2.1.4.1."""
    return subproof(m, entries, known=True)


def subproof(m, entries, *, known):
    if m == len(entries):
        return [] if known else [tree_hash(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], known=known), tree_hash(entries[k:])]
    return [*subproof(m - k, entries[k:], known=False), tree_hash(entries[:k])]


def node(left, right):
    return sha256(b"\x01" + left + right).digest()


def includes(index, size, leaf, hashes, root):
    """§2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in hashes:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def continues(first, second, first_root, second_root, hashes):
    """§2.1.4.2."""
    if first == second:
        return not hashes and first_root == second_root
    if not hashes:
        return False
    if first & (first - 1) == 0:
        hashes = [first_root, *hashes]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0
