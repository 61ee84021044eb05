"""A list of web addresses as a file: plain text, or CSV as spreadsheets write it. Hostile until read."""

import csv
import io
import re

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from analysis.rights import MAX_URLS

MAX_BYTES = 2 * 1024 * 1024  # settings.FILE_UPLOAD_MAX_MEMORY_SIZE: of more, Django keeps nothing
_HEADINGS = re.compile(r"(web )?(url|uri|link|page|address|adresse|lien)s?( web)?", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*(https?:)?//|\s*[\w-]+(\.[\w-]+)+(/|\s*$)", re.IGNORECASE)


class UploadError(ValueError):
    """The file cannot be read. The message says why and what to do."""


def addresses(request: HttpRequest) -> list[str]:
    """The lines of the uploaded file, each as it was written; none if no file was sent. Raises UploadError."""
    sent = request.FILES.get("file")
    if sent is None:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise UploadError(_("The file is larger than 2 MB, so none of it was read. Send it in parts."))
        return []
    found = lines_of(sent.read() if isinstance(sent, UploadedFile) else b"")
    if not found:
        raise UploadError(
            _("There is no address in the file: it is empty. Choose another one, or paste the addresses.")
        )
    return found


def lines_of(data: bytes) -> list[str]:
    """One entry for each row that holds something: the first cell that looks like an address, else the first that is
    not empty, so that no row is lost in silence. Raises UploadError for what is no text."""
    rows = _rows(_decoded(data))
    found = [cell for row in rows if (cell := next(filter(_ADDRESS.match, row), None) or next(filter(None, row), ""))]
    titled = bool(rows) and any(map(_HEADINGS.fullmatch, rows[0])) and not any(map(_ADDRESS.match, rows[0]))
    return found[1:] if titled else found


def _decoded(data: bytes) -> str:
    unicode_text = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # what spreadsheets call it
    encodings = ["utf-16"] if unicode_text else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UploadError(_("The file is no plain text and no CSV. Save the list as CSV, or paste the addresses."))


def _rows(text: str) -> list[list[str]]:
    first = text[:1000].splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MAX_BYTES)  # a cell may be the whole file; how long an address is, the form judges
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        rows = []
    if not rows or any(cell.count("\n") > 2 for row in rows for cell in row):
        # A quotation mark that nobody closed swallows every line after it.
        rows = [[line] for line in text.splitlines()]
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def too_many(count: int) -> str:
    return _("The file holds %(count)d addresses; a request holds %(most)d. Send it in parts.") % {
        "count": count,
        "most": MAX_URLS,
    }
