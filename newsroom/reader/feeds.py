"""Feeds. Django's generator writes the XML; the entries are renditions."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from analysis import rendition


@require_safe
def atom(request: HttpRequest, kind: str = "", slug: str = "") -> HttpResponse:
    """The newest thirty stories as Atom (RFC 4287)."""
    found = rendition.feed(kind, slug)
    if found is None:
        raise Http404
    if isinstance(found, rendition.Elsewhere):
        # Not for good: a program that follows a feed would write down the new address, and never learn of a merge that
        # was taken back.
        return HttpResponseRedirect(f"/feeds/{kind}/{found.slug}.atom")
    name, pages = found
    home = f"{settings.ORIGIN}/{kind}/{slug}/" if kind else f"{settings.ORIGIN}/"
    feed = Atom1Feed(
        title=_("%(label)s: %(text)s") % {"label": settings.SITE_NAME, "text": name} if name else settings.SITE_NAME,
        link=home,
        description="",
        feed_url=settings.ORIGIN + request.path,
        feed_guid=settings.ORIGIN + request.path,
        author_name=settings.SITE_NAME,
    )
    for page in pages:
        feed.add_item(
            title=page.headline,
            link=settings.ORIGIN + page.card.url,
            unique_id=settings.ORIGIN + page.card.url,
            description=_entry(page),
            pubdate=page.card.published_at,
            updateddate=page.card.updated_at,
            author_name=page.desk.name,
            categories=[page.card.topic.name],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _entry(page: rendition.StoryPage) -> str:
    """What a feed reader shows: where the original is, the summary, the notes; in the story's language."""
    with override(page.card.language):
        source = format_html_join(
            "\n",
            '<p>{} <a href="{}">{}</a>, {}{}</p>',
            (
                (_("Original reporting:"), s.url, s.title, s.publisher.name, "".join(f". {w}" for w in s.attribution))
                for s in page.originals
            ),
        )
        dek = format_html("<p><strong>{}</strong></p>", page.card.dek) if page.card.dek else ""
        summary = mark_safe(page.summary.html) if page.summary else ""  # noqa: S308  sanitised by analysis.text
        notes = format_html_join(
            "\n",
            "<h2>{}</h2>{}",
            ((n.title or n.label, mark_safe(n.html)) for n in page.notes),  # noqa: S308
        )
        claims = format_html_join("", "<li>{}: {}</li>", ((claim.label, claim.text) for claim in page.claims))
        established = format_html("<h2>{}</h2><ul>{}</ul>", _("What is established"), claims) if page.claims else ""
        watched = format_html_join("", "<li>{}</li>", ((_watched(item),) for item in page.watch))
        watch = format_html("<h2>{}</h2><ul>{}</ul>", _("What to watch"), watched) if page.watch else ""
        corrections = format_html_join(
            "\n",
            "<p><strong>{}.</strong> {}{}</p>",
            ((c.label, c.text, _thanks(c)) for c in page.corrections if c.text),
        )
        parts = (dek, source, summary, notes, established, watch, corrections)
        return "\n".join(part for part in parts if part) or escape(page.headline)


def _watched(item: rendition.WatchView) -> SafeString:
    """A forecast, and how it turned out by now."""
    said = _("%(what)s By %(day)s, at %(n)d%%.") % {
        "what": item.statement, "day": date_format(item.due, "j F Y"), "n": item.likelihood,
    }  # fmt: skip
    if not item.outcome:
        return format_html("{}", said)
    return format_html("{} <strong>{}.</strong> {}", said, item.outcome.label, item.outcome.why)


def _thanks(correction: rendition.RevisionView) -> str:
    if not correction.thanks:
        return ""
    return " " + _("Reported by %(names)s. Thank you.") % {"names": ", ".join(correction.thanks)}
