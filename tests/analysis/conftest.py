"""Generated examples: the same ones on every run, so that a failure is there tomorrow as well; no clock decides."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")
