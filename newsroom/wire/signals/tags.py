"""Whether a page may be given to libxml2, whose work on one tag grows with the square of its attributes."""

import re

MOST = 128  # attributes of one tag: 2 MiB of such tags take libxml2 little longer than 2 MiB of any others
LONGEST = 2_048  # of a value without quotes
MOST_LOOKS = 50_000  # at tags that may be long and at their attributes, in one page
_RUN = 8  # bytes between values, which hold half as many attributes at most
# A tag that surely ends after MOST attributes or fewer: no quotation mark but around a value, no < or > in one.
_SHORT = rb"(?:[^<>\"'=]{1,%d}+|=[\t\n\f\r ]*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|(?![\"'])))" % _RUN + rb"{0,%d}+>" % (
    2 * MOST // _RUN
)
_TAG = re.compile(rb"</?[A-Za-z](?!%b)" % _SHORT)
_NAME_ENDS = re.compile(rb"[\t\n\f\r />]|\Z")
# WHATWG HTML, 13.2.5.32 to 13.2.5.40.
_ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|(?P<bare>[^\t\n\f\r >]{0,%d}+)))?+" % LONGEST
)


def crowded(page: bytes) -> bool:
    """Whether a tag of a page in HTML has more than MOST attributes, wherever a parser might see one begin; or whether
    to find that out takes more than MOST_LOOKS.

    Every `<` with a letter after it is taken for a tag, in comments and scripts too: whoever reads those in another way
    than libxml2 can be led past a tag. What was walked for one beginning is not walked again for another.
    """
    counted: dict[int, int] = {}  # attributes from a place between two of them to the end of the tag
    name_end = looks = 0
    for tag in _TAG.finditer(page):
        if tag.end() > name_end:
            ends = _NAME_ENDS.search(page, tag.end())
            name_end = ends.start() if ends else len(page)
        at, walked = name_end, []
        while at not in counted:
            walked.append(at)
            found = _ATTRIBUTE.match(page, at)
            if found is None:
                break
            if len(walked) > MOST or len(found["bare"] or b"") == LONGEST:
                return True
            at = found.end()
        looks += 1 + len(walked)
        if looks > MOST_LOOKS:
            return True
        attributes = counted.get(at, -1)
        for place in reversed(walked):
            attributes += 1
            counted[place] = attributes
        if attributes > MOST:
            return True
    return False
