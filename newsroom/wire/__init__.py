"""The wire: what we ask of other servers, and what they say. Only newsroom/wire/fetch.py and names.py reach outside."""

AGENT = "ContextDeskBot"  # how we name ourselves to servers, and the group of a robots.txt that speaks to us
