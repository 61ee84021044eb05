"""Who is at the desk: login, second factors, sessions. django-allauth does it; here stands what this house decides.

Nothing here says whether an account exists, and nothing here runs on a public page.
"""
