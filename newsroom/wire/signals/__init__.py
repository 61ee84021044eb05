"""Publishers' machine-readable signals: bytes and headers in, what was said out. No network, no database.

A reader is given whatever a stranger's server sent. It never raises, reads a bounded part in bounded time, and where
something that restricts cannot be read, it says the stricter thing. Which words of a standard do what here stands in
labels.toml; how statements combine stands in analysis/terms.py.
"""
