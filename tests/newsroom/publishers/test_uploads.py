"""A list of addresses as a file: whatever it is, it is read line by line or refused in words."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from newsroom.publishers.uploads import MAX_BYTES, UploadError, lines_of

A, B = "https://wire.test/a", "https://wire.test/b"
GOOD = {
    "lines": f"{A}\n{B}\n",
    "dos": f"{A}\r\n{B}\r\n",
    "old mac": f"{A}\r{B}",
    "empty lines": f"\n\n{A}\n\n  \n{B}\n",
    "header": f"URL\n{A}\n{B}\n",
    "french header": f"Adresses web\n{A}\n{B}\n",
    "commas": f"{A},the first\n{B},the second\n",
    "semicolons, titles first": f"Title;URL;Date\nOne;{A};2026\nTwo;{B};2026\n",
    "tabs": f"One\t{A}\nTwo\t{B}\n",
    "quotes": f'"One, and more","{A}"\n"Two ""quoted""","{B}"\n',
    "byte order mark": f"\ufeff{A}\n{B}",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_each_usual_form_gives_its_addresses(text, encoding):
    if encoding != "utf-8":
        text = text.removeprefix("\ufeff")
    assert lines_of(text.encode(encoding)) == [A, B]


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("https://wire.test/a")', "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3", "=1+1", "\t=1"]
)
def test_a_formula_is_kept_as_typed_and_is_only_text(db, client, cell):
    assert lines_of(f"{A}\n{cell}\n".encode())[1].strip() == cell.strip()
    page = send(client, f"{A}\n{cell}\n".encode()).content.decode()
    assert "leads nowhere" in page and "<script" not in page.partition("<main")[2]
    assert cell.strip() in page.replace("&quot;", '"').replace("&#x27;", "'")


def test_an_accent_of_a_western_spreadsheet_is_read():
    assert lines_of("https://wire.test/été".encode("cp1252")) == ["https://wire.test/été"]


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"a\x00b", "https://wire.test/".encode("utf-16-le"), b"\xff\xfe\x00",
     "https://wire.test/é\n".encode() + b"\x81\x8d", b"PK\x03\x04\x14\x00\x06\x00"],
    ids=["image", "nul", "utf-16 without mark", "half a character", "two encodings", "spreadsheet"],
)  # fmt: skip
def test_what_is_no_text_is_refused_in_words(data):
    with pytest.raises(UploadError, match="no plain text and no CSV"):
        lines_of(data)


def test_a_quotation_mark_that_nobody_closed_swallows_no_line():
    found = lines_of(f'"{A}\n{B}\nhttps://wire.test/c\nhttps://wire.test/d\n'.encode())
    assert [line.strip('"') for line in found] == [A, B, "https://wire.test/c", "https://wire.test/d"]


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"url\n"], ids=repr)
def test_an_empty_file_holds_nothing(data):
    assert lines_of(data) == []


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    try:
        found = lines_of(data)
    except UploadError:
        return
    assert all(line and line == line.strip() and "\n" not in line and "\x00" not in line for line in found)


alphabet = st.sampled_from(
    [A, '"', '""', ",", ";", "\t", "\n", "\r", "\r\n", " ", "=", "x", "\x0b", "\x85", "\u2028", "URL"]
)


@given(st.lists(alphabet, max_size=40).map("".join), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_table_is_read(text, encoding):
    assert isinstance(lines_of(text.encode(encoding)), list)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=30))
def test_no_row_is_lost(numbers):
    lines = [f"https://wire.test/{n}" for n in numbers]
    assert lines_of("\n".join(lines).encode()) == lines


# --- through the page -----------------------------------------------------------------------------------------------


def send(client, data: bytes, typed: str = "", name: str = "list.csv"):
    client.post("/takedown/request/why/", {"kind": "opt_out"})
    sent = {"pages": typed, "file": SimpleUploadedFile(name, data)}
    return client.post("/takedown/request/pages/", sent, follow=True)


def asked_next(response) -> bool:
    return response.request["PATH_INFO"] == "/takedown/request/want/"


def test_its_lines_stand_below_those_that_were_typed(db, client):
    assert asked_next(send(client, B.encode(), typed=A))
    assert f"{A}\n{B}" in client.get("/takedown/request/pages/").content.decode()


@pytest.mark.parametrize(("count", "taken"), [(500, True), (501, False)])
def test_500_lines_are_taken_and_501_are_not(db, client, count, taken):
    response = send(client, "\n".join(f"https://wire.test/{n}" for n in range(count)).encode())
    assert asked_next(response) == taken
    if not taken:
        assert "holds 501 addresses; a request holds 500" in response.content.decode()


def test_of_a_file_over_2_mb_nothing_is_read_and_that_is_said(db, client):
    response = send(client, b"x" * (MAX_BYTES + 1), typed=A)
    page = response.content.decode()
    assert not asked_next(response) and "larger than 2 MB" in page and A in page


def test_one_line_of_almost_2_mb_is_refused_in_words(db, client):
    response = send(client, b"https://wire.test/" + b"x" * (MAX_BYTES - 1000))
    assert not asked_next(response) and "an address has at most 2000" in response.content.decode()


def test_an_image_is_refused_and_what_was_typed_stays(db, client):
    response = send(client, b"\x89PNG\r\n\x1a\n\x00", typed=A, name="list.png")
    page = response.content.decode()
    assert not asked_next(response) and "no plain text and no CSV" in page and A in page


@pytest.mark.parametrize("data", [b"", b" \r\n\r\n", b"\xef\xbb\xbf", b"URL\n"])
def test_an_empty_file_is_said_to_be_empty(db, client, data):
    response = send(client, data, typed=A)
    page = response.content.decode()
    assert not asked_next(response) and "There is no address in the file" in page and A in page
    assert asked_next(client.post("/takedown/request/pages/", {"pages": A}, follow=True)), "it may be left out"
