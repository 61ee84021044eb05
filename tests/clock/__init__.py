"""A server whose clock goes as a test says."""

from pathlib import Path

from tests.sites import Site


def later(site: Site, days: float) -> None:
    """Stops the site's server and starts it again so many days ahead of this machine's clock."""
    site.stop()
    site.env |= {"PYTHONPATH": str(Path(__file__).parent), "CLOCK_AHEAD": str(days * 86400)}
    site.start()
