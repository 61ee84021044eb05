"""The readers' addresses. All are GET but the forms of reports.py, carry no session, and speak only in renditions."""

from django.urls import path, register_converter

from newsroom.reader import api, calendar, declarations, feeds, reports, scorecard, sitemaps, views


class FeedKind:
    regex = "topics|mentions|publishers"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Year:
    regex = "[12][0-9]{3}"
    to_python = int

    def to_url(self, value: int) -> str:
        return str(value)


class Month:
    regex = "0[1-9]|1[0-2]"
    to_python = int

    def to_url(self, value: int) -> str:
        return f"{value:02}"


register_converter(FeedKind, "feed")
register_converter(Year, "year")
register_converter(Month, "month")

urlpatterns = [
    path("", views.home, name="home"),
    path("stories/<slug:slug>/", views.story, name="story"),
    path("stories/<slug:slug>/timeline/", views.timeline, name="timeline"),
    path("stories/<slug:slug>/history/", views.history, name="history"),
    path("stories/<slug:slug>/history/<int:number>/", views.history, name="version"),
    path("stories/<slug:slug>/history/<int:number>/changes/", views.changes, name="changes"),
    path("stories/<slug:slug>/report/", reports.ask, name="report_form"),
    path("reports/<str:reference>/", reports.follow, name="report"),
    path("reports/<str:reference>/erase/", reports.erase, name="report_erase"),
    path("previews/<str:token>/", views.preview, name="preview"),
    path("claims/<int:pk>/", views.claim, name="claim"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("mentions/<slug:slug>/", views.mention, name="mention"),
    path("publishers/", views.publishers, name="publishers"),
    path("publishers/<slug:slug>/", views.publisher, name="publisher"),
    path("search/", views.search, name="search"),
    path("watch/", views.watch, name="watch"),
    path("watch/calendar.ics", calendar.watching, name="watch_calendar"),
    path("scorecard/", scorecard.page, name="scorecard"),
    path("scorecard.csv", scorecard.as_csv, name="scorecard_csv"),
    path("corrections/", views.corrections, name="corrections"),
    path("about/<slug:slug>/", views.about, name="about"),
    path("language/<slug:code>/", views.language, name="language"),
    path("feeds/latest.atom", feeds.atom, name="feed"),
    path("feeds/<feed:kind>/<slug:slug>.atom", feeds.atom, name="feed_of"),
    path("api/v1/", api.openapi, name="api_root"),
    path("api/v1/openapi.json", api.openapi, name="api"),
    path("api/v1/stories/", api.stories, name="api_stories"),
    path("api/v1/stories/<slug:slug>/", api.story, name="api_story"),
    path("api/v1/stories/<slug:slug>/versions/", api.versions, name="api_versions"),
    path("api/v1/stories/<slug:slug>/timeline/", api.timeline, name="api_timeline"),
    path("api/v1/claims/<int:pk>/", api.claim, name="api_claim"),
    path("api/v1/watch/", api.watch, name="api_watch"),
    path("api/v1/corrections/", api.corrections, name="api_corrections"),
    path("api/v1/scorecard/", api.scorecard, name="api_scorecard"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/stories.xml", sitemaps.stories, name="sitemap_stories"),
    path("sitemaps/stories-<year:year>-<month:month>.xml", sitemaps.month, name="sitemap_month"),
    path("sitemaps/news.xml", sitemaps.news, name="sitemap_news"),
    path("sitemaps/removed.xml", sitemaps.removed, name="sitemap_removed"),
    path("robots.txt", declarations.robots, name="robots"),
    path(".well-known/security.txt", declarations.security, name="security"),
    path(".well-known/tdmrep.json", declarations.tdmrep, name="tdmrep"),
    path(".well-known/trust.txt", declarations.trust, name="trust"),
    path("rsl.xml", declarations.rsl, name="rsl"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
