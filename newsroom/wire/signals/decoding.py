"""Bytes of a stranger's file as text. Never raises."""

import codecs
import re

MAX_BYTES = 512 * 1024  # RFC 9309 section 2.5 asks for 500 KiB; the same for every file like it
MAX_PAGE = 2 * 1024 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I | re.A)
# Python knows more codecs than texts are written in, and some of them unpack or execute: only these are asked.
_LATIN = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252", "iso-8859-15"}


def text_of(body: bytes, content_type: str = "", most: int = MAX_BYTES) -> str:
    """The text of a file: by its byte order mark, else its declared charset, else UTF-8, else Windows-1252."""
    body = body[:most]
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _CHARSET.search(content_type) or _CHARSET.search(body[:1024].decode("latin-1"))
    if not declared or declared[1].lower() not in _LATIN:
        try:
            return body.decode("utf-8", "strict")
        except UnicodeDecodeError as error:
            if error.start > len(body) - 4 or declared:  # cut within a letter, or said to be UTF-8
                return body.decode("utf-8", "replace")
    return body.decode("cp1252", "replace")
