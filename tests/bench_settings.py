"""The production settings, with one page more for the bench to compare with."""

from newsroom.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench_urls"
LOG_LEVEL = "ERROR"
