"""Web addresses as this house writes them: one canonical form for each outside page. Pure: no Django, no network."""

import re
import string
import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList()
MAX_LENGTH = 2000
# Parameters that say where a reader came from, never what the page is.
TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref_src|cmpid|_hs\w+|yclid)$", re.I)
# What makes an address that of a copy of a page for telephones.
_MOBILE = ("m.", "mobile.", "amp.")
_AMP = {("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp"), ("output", "amp")}
_AMP_CACHE = re.compile(
    r"https?://(?:www\.google\.[a-z.]+/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[cv])/(?P<s>s/)?(?P<rest>.+\..+)"
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # at the end of a host it makes an IP address of it (WHATWG URL, 3.5)
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")


class AddressError(ValueError):
    """What was typed is no readable web address. The message says why, in plain words."""


def canonical(typed: str) -> str:
    """The one form under which we keep a page: https or http, lower-case ASCII host, no fragment, no tracking.

    Accepts what people paste: spaces around it, no scheme (https is assumed), an upper-case or non-ASCII host.
    Raises AddressError. Follows RFC 3986 section 6.2.2 (syntax-based normalisation).
    """
    text = typed.strip()
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zs", "Zl", "Zp", "Cf") for c in text):
        raise AddressError("it holds spaces or invisible characters")
    if "://" not in text:
        text = "https://" + text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError("it is not formed like a web address") from error
    if parts.scheme not in ("http", "https"):
        raise AddressError("it does not begin with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise AddressError("it holds a user name or password")
    netloc = host(parts.hostname or "")
    if port and port != {"http": 80, "https": 443}[parts.scheme]:
        netloc += f":{port}"
    path = path_of(parts.path)
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(k)])
    url = urlunsplit((parts.scheme, netloc, path or "/", query, ""))
    if len(url) > MAX_LENGTH:
        raise AddressError(f"it is longer than {MAX_LENGTH} characters")
    return url


def path_of(typed: str) -> str:
    """A path with escapes in one spelling and no dot segments.

    Otherwise terms about /press would miss /%70ress and /x/../press.
    """
    escaped = quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", typed), safe="/%:@!$&'()*+,;=~-._")
    plain = re.sub(r"%[0-9A-Fa-f]{2}", lambda m: c if (c := unquote(m[0])) in _UNRESERVED else m[0].upper(), escaped)
    kept: list[str] = []
    *before, last = plain.split("/")[1:] or [""]
    for segment in before:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/" + "/".join([*kept, "" if last in (".", "..") else last])


def host(name: str) -> str:
    """A host name in lower-case ASCII (IDNA), with at least one dot. Raises AddressError; an IP address is refused."""
    name = name.rstrip(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise AddressError("its host is not a readable name") from error
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise AddressError("it has no host such as example-wire.test")
    return name


def page_key(url: str) -> str:
    """One word for all the spellings() of a page, of its canonical URL or of it without the scheme.

    http and https, with and without `www.` and with and without a last slash are one page as far as terms go.
    """
    return (url.partition("://")[2] or url).removeprefix("www.").rstrip("/")


def spellings(url: str) -> list[str]:
    """The canonical URLs under which one page may be known, its own first: the other scheme, with and without `www.`,
    with and without a last slash."""
    bare = page_key(url)
    ways = [f"{scheme}://{www}{bare}{end}" for www in ("", "www.") for scheme in ("https", "http") for end in ("", "/")]
    return list(dict.fromkeys([url, *ways]))


def copies(url: str) -> list[str]:
    """The canonical URLs under which a page and its copies for telephones may be known, its own spellings first.

    A mobile host (m., mobile., amp.) and an AMP page (/amp, .amp, ?amp=1) show what the page itself shows, and so does
    a copy in Google's cache. For finding an article only: terms for one page are not terms for its copies, whose hosts
    may be proved apart.
    """
    plain = _plain(url)
    name, rest = host_of(plain), plain.partition("://")[2]
    bare = name.partition(".")[2] if name.startswith(_MOBILE) and registrable(name) != name else name
    bare = bare.removeprefix("www.")
    at = urlsplit(plain)
    path, query = at.path.rstrip("/"), f"?{at.query}" if at.query else ""
    port = rest[len(name) :].partition("/")[0]
    pages = [path + query, f"{path}/amp{query}", f"/amp{path}{query}", f"{path}.amp{query}", f"{path}?amp=1"]
    hosts = [bare, *(f"{label}{bare}" for label in _MOBILE)]
    found = [way for host in hosts for page in pages for way in spellings(f"https://{host}{port}{page or '/'}")]
    return list(dict.fromkeys([*spellings(url), *found]))


def _plain(url: str) -> str:
    """A canonical URL without what makes it the AMP page of another, and out of Google's cache."""
    if cached := _AMP_CACHE.match(url):
        try:
            url = canonical(("https://" if cached["s"] else "http://") + cached["rest"])
        except AddressError:
            return url
    parts = urlsplit(url)
    path = re.sub(r"^/amp(?=/.)|/amp/?$|\.amp(?=(\.html)?$)", "", parts.path)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if (k.lower(), v.lower()) not in _AMP]
    return urlunsplit((parts.scheme, parts.netloc, path or "/", urlencode(query), ""))


def host_of(url: str) -> str:
    """The host of a canonical URL, without its port."""
    return urlsplit(url).hostname or ""


def disguised(typed: str) -> str:
    """The host of an address or e-mail address as the DNS has it, if it was typed with letters of another alphabet:
    those may pass for the letters of somebody else's. Else empty. `typed` may be anything."""
    name = re.split(r"[/?#]", typed.strip().partition("://")[2] or typed.strip())[0].rpartition("@")[2]
    try:
        name = host(name.partition(":")[0])
    except AddressError:
        return ""
    return name if "xn--" in name and name not in typed.lower() else ""


def parents(name: str) -> list[str]:
    """The host itself and the hosts above it, nearest first, down to two labels: a.b.test, b.test."""
    labels = name.split(".")
    return [".".join(labels[i:]) for i in range(max(len(labels) - 1, 1))]


def registrable(name: str) -> str:
    """The part of a host that somebody registered: news.example.co.uk gives example.co.uk. Empty for a public suffix.

    By the Public Suffix List, its private part too: foo.github.io is a registration of its own.
    """
    return _SUFFIXES.privatesuffix(name) or ""


def path_prefix(typed: str) -> str:
    """`host/prefix` for terms about a part of a site, from a pasted URL or host and path. Raises AddressError."""
    url = canonical(typed)
    return (host_of(url) + urlsplit(url).path).rstrip("/")


def is_under(url: str, prefix: str) -> bool:
    """Whether a canonical URL lies in the part of a site that `host/prefix` names.

    A prefix ends at a path segment: example.test/press covers /press and /press/1, never /pressroom.
    """
    place = host_of(url) + urlsplit(url).path
    stem = prefix.rstrip("/")
    return place == stem or place.startswith(stem + "/")


def sections(url: str) -> list[str]:
    """Every part of a site that a canonical URL lies in (is_under), as `host/prefix` without a last slash; the whole
    site first."""
    place = host_of(url) + urlsplit(url).path
    return [place[:i] for i, letter in enumerate(place) if letter == "/"] + [place]
