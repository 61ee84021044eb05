"""References under which strangers find again what they sent us. Pure, but for chance."""

import secrets

# Easy to read out and to type: no 0/O, 1/I/L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new(prefix: str, groups: int) -> str:
    """`prefix` and groups of four letters and digits from a CSPRNG, as CD-XXXX-XXXX. Each group is one of 31^4; that
    none is given twice is the database's to say."""
    return "-".join([prefix, *("".join(secrets.choice(ALPHABET) for _i in range(4)) for _group in range(groups))])
