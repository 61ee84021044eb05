"""Settings, all in one file. Every value that differs between installations comes from the environment.

An unreadable value stops the start and says its name, its value and what is allowed. The table in the README lists
every name; a test holds the two together.
"""

import ipaddress
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent


def env[T](name: str, default: str | None, parse: Callable[[str], T], allowed: str) -> T:
    """One value from the environment. Raises ImproperlyConfigured with the name, the value and what is allowed."""
    raw = os.environ.get(name, default)
    if raw is None:
        raise ImproperlyConfigured(f"{name} is not set. It must be {allowed}.")
    try:
        return parse(raw)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name}={raw!r} cannot be read. It must be {allowed}.") from error


def _flag(raw: str) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[raw.lower()]


def _secret(raw: str) -> str:
    if len(raw) < 32:
        raise ValueError
    return raw


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError
    _ = parts.port  # a port that is no number raises here
    return f"{parts.scheme}://{parts.netloc}"


def _database(raw: str) -> dict[str, Any]:
    parsed = dict(dj_database_url.parse(raw))
    if parsed["ENGINE"] not in ("django.db.backends.sqlite3", "django.db.backends.postgresql"):
        raise ValueError
    return parsed


def _mailer(raw: str) -> dict[str, Any]:
    if raw == "console":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(raw)
    if parts.scheme == "file" and parts.path:
        return {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": parts.path}}
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname:
        raise ValueError
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 10,
        },
    }


def _address(raw: str) -> str:
    local, _, domain = raw.partition("@")
    if not local or not domain or any(c in raw for c in "\r\n ,"):
        raise ValueError
    return raw


def _server(raw: str) -> tuple[str, int] | None:
    if not raw:
        return None
    parts = urlsplit(f"//{raw}")
    if parts.path or parts.query or parts.fragment or "@" in raw:
        raise ValueError
    return str(ipaddress.ip_address(parts.hostname or "")), parts.port or 53


def _stand_in(raw: str) -> dict[int, int]:
    """Ports of this machine for 80 and 443 of every other. Only on a site that nobody else can reach."""
    if not raw:
        return {}
    host = urlsplit(ORIGIN).hostname or ""
    if not ORIGIN.startswith("http://") or not ipaddress.ip_address(host).is_loopback:
        raise ValueError
    http, https = (int(port) for port in raw.split(","))
    if not (0 < http < 65536 and 0 < https < 65536):
        raise ValueError
    return {80: http, 443: https}


def _timegate(raw: str) -> str:
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or len(raw) > 200):
        raise ValueError
    _ = parts.port  # a port that is no number raises here
    if any(c <= " " for c in raw):
        raise ValueError
    return raw


def _zone(raw: str) -> ZoneInfo:
    if raw not in available_timezones():  # ZoneInfo itself takes the name of any file below its directories
        raise ValueError
    return ZoneInfo(raw)


def _contact(raw: str) -> str:
    parts = urlsplit(raw)
    if not raw.isascii() or any(c <= " " for c in raw):
        raise ValueError
    if not (parts.scheme == "https" and parts.hostname) and not (parts.scheme == "mailto" and _address(parts.path)):
        raise ValueError
    return raw


# --- what an installation says ------------------------------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY", None, _secret, "a random string of at least 32 characters")
DEBUG = env("DEBUG", "0", _flag, "1 or 0")
ORIGIN = env("ORIGIN", "http://127.0.0.1:8000", _origin, "scheme and host, such as https://desk.example")
SITE_NAME = env("SITE_NAME", "Context Desk", str, "a name")
DATABASES = {
    "default": env(
        "DATABASE_URL",
        f"sqlite:///{BASE_DIR / 'var' / 'contextdesk.sqlite3'}",
        _database,
        "sqlite:///path or postgresql://user:password@host:port/name",
    )
}
MAILERS = {
    "default": env(
        "EMAIL_URL",
        "console",
        _mailer,
        "console, file:///path, or smtp://, smtp+tls:// or smtps:// with user:password@host:port",
    )
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", "desk@localhost", _address, "one e-mail address")
SECURITY_CONTACT = env("SECURITY_CONTACT", f"mailto:{DEFAULT_FROM_EMAIL}", _contact,
                       "mailto:somebody@desk.example or an https:// address")  # fmt: skip
DNS_SERVER = env("DNS_SERVER", "", _server, "an IP address, with or without a port, such as 192.0.2.53:53")
FETCH_STAND_IN = env("FETCH_STAND_IN", "", _stand_in,
                     "two ports of this machine, such as 8080,8443, and only where ORIGIN is http:// and a loopback "
                     "address")  # fmt: skip
ARCHIVE = env("ARCHIVE", "", _timegate,
              "the address of a TimeGate (RFC 7089), to which the address of a page is added, such as "
              "https://archive.example/timegate/")  # fmt: skip
# The clock on the newsroom's wall: a time to publish at is typed and shown in it. All else is in UTC.
NEWSROOM_TIME_ZONE = env("NEWSROOM_TIME_ZONE", "UTC", _zone, "a name of the IANA database, such as Europe/Paris")
LOG_LEVEL = env("LOG_LEVEL", "INFO", lambda raw: {"DEBUG": raw, "INFO": raw, "WARNING": raw, "ERROR": raw}[raw],
                "DEBUG, INFO, WARNING or ERROR")  # fmt: skip


def _count(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= 100_000:
        raise ValueError
    return int(raw)


def _days_of_appeal(raw: str) -> int:
    if _count(raw) < 183:
        raise ValueError
    return int(raw)


_A_NUMBER = "a whole number from 1 to 100000"
# What a publisher may count on, and sees on the page of a request.
ACKNOWLEDGE_HOURS = env("ACKNOWLEDGE_HOURS", "24", _count, _A_NUMBER)
DECIDE_HOURS = env("DECIDE_HOURS", "72", _count, _A_NUMBER)
APPEAL_HOURS = env("APPEAL_HOURS", "168", _count, _A_NUMBER)
APPEAL_DAYS = env("APPEAL_DAYS", "184", _days_of_appeal, "a number of days, at least 183: six months")
ERASE_DAYS = env("ERASE_DAYS", "365", _count, _A_NUMBER)
HOLD_ON_PROOF = env("HOLD_ON_PROOF", "link", lambda raw: {"no": "", "short": raw, "link": raw, "none": raw}[raw],
                    "no, short, link or none: what is still shown of a page once its publisher is proved")  # fmt: skip
REQUIRE_SECOND_FACTOR = env("REQUIRE_SECOND_FACTOR", "0", _flag,
                            "1 or 0: whether the desk opens only to people with a second factor")  # fmt: skip
PROXIES = env("PROXIES", "0", lambda raw: {str(n): n for n in range(10)}[raw],
              "0 to 9: how many proxies of yours stand in front and add to X-Forwarded-For")  # fmt: skip

# --- the house ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "newsroom.apps.NewsroomConfig",
    "analysis.apps.AnalysisConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_ox",
    # Second factors, passkeys, the list of sessions: newsroom/admin/account/. `allauth` itself brings its translations.
    "allauth",
    "newsroom.apps.AccountConfig",
    "allauth.mfa",
    "allauth.usersessions",
]

# Sessions, accounts and CSRF cost half of a cheap page, so they stand only before the doors that need them
# (newsroom/doors.py). A view behind no door must not change anything; newsroom/reader/reports.py says why it may.
MIDDLEWARE = [
    "newsroom.doors.PlainRequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "newsroom.doors.HeadersMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "newsroom.doors.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "newsroom.doors.CsrfViewMiddleware",
    "newsroom.doors.AuthenticationMiddleware",
    "newsroom.doors.MessageMiddleware",
    "newsroom.doors.AccountMiddleware",
    "newsroom.admin.account.sessions.DeskMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
PRIVATE_DOORS = ("/admin/", "/takedown/")

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "newsroom.doors.site",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes, as limits on guessing must be. Only the login uses it; `migrate` makes its table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # beyond it entries are dropped, and with them what a limit has counted
    }
}

_engine = DATABASES["default"]["ENGINE"]
if _engine.endswith("sqlite3"):
    # WAL lets readers go on while one writes; IMMEDIATE takes the write lock at BEGIN, so that two writers queue
    # instead of failing half way. Without recursive triggers, REPLACE deletes a row and no trigger refuses it.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        "PRAGMA recursive_triggers=ON;"
        "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

TASKS = {
    "default": {
        "BACKEND": "django_ox.backend.OxBackend",
        "OPTIONS": {
            "MAX_ATTEMPTS": 10,
            "BACKOFF_MAX": 3600,
            # What an outage of the mail server outlasted is picked up again; nothing waits for the next request.
            "SCHEDULES": {
                "stories to publish": {"task": "newsroom.tasks.publish_scheduled", "every": 60},
                "mail that waits": {"task": "newsroom.tasks.deliver_waiting_mail", "every": 600},
                "stories that need an editor": {"task": "newsroom.tasks.tend_stories", "every": 300},
                "texts of sources held too long": {"task": "newsroom.tasks.forget_source_texts", "every": 3600},
                # A round every hour, so that a thousand publishers are each read once a day.
                "signals of publishers": {"task": "newsroom.tasks.read_all_signals", "cron": "41 * * * *"},
                "sources of new stories": {"task": "newsroom.tasks.ask_sources", "every": 300},
                "pages that do not obey": {"task": "newsroom.tasks.check_again", "every": 600},
                "sessions that are over": {"task": "newsroom.tasks.clear_sessions", "cron": "17 4 * * *"},
                "cases that are over": {"task": "newsroom.tasks.close_cases", "cron": "27 4 * * *"},
                "personal data to erase": {"task": "newsroom.tasks.erase_cases", "cron": "37 4 * * *"},
                "reports to erase": {"task": "newsroom.tasks.erase_reports", "cron": "42 4 * * *"},
                "story screens that are closed": {"task": "newsroom.tasks.forget_windows", "cron": "57 4 * * *"},
                "attempts to forget": {"task": "newsroom.tasks.forget_attempts", "cron": "47 4 * * *"},
                "preview links that are over": {"task": "newsroom.tasks.forget_preview_links", "cron": "57 4 * * *"},
            },
        },
    }
}

# --- language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("fr", "Français")]
FORMAT_MODULE_PATH = ["newsroom.formats"]  # English dates in British form
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_TZ = True
TIME_ZONE = "UTC"  # pages say UTC, forms ask for it, and terms count from it

# --- files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# --- safety -------------------------------------------------------------------------------------------------------

_https = ORIGIN.startswith("https://")
ALLOWED_HOSTS = [urlsplit(ORIGIN).hostname or ""]
CSRF_TRUSTED_ORIGINS = [ORIGIN]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W003"]  # CSRF stands behind the private doors, in a subclass that it cannot see
CSRF_FAILURE_VIEW = "newsroom.errors.csrf_failure"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 7000  # a story of sixty claims on sixty sources, with a stance of each on each
# No upload touches the disk; of one that is larger, nothing is kept (newsroom/publishers/uploads.py).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE
AUTHENTICATION_BACKENDS = ["newsroom.admin.account.login.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_ADAPTER = "newsroom.admin.account.login.Adapter"
ACCOUNT_FORMS = {"reset_password": "newsroom.admin.account.forms.ResetForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever makes an account writes its address
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = True
# Of every limit but the first the page 429 says that a minute is enough; of the first the form says five.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,5/5m/key"}
MFA_ADAPTER = "newsroom.admin.account.login.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "newsroom.admin.account.forms.CodeForm",
    "reauthenticate": "newsroom.admin.account.forms.ConfirmCodeForm",
    "add_webauthn": "newsroom.admin.account.forms.AddPasskeyForm",
    "edit_webauthn": "newsroom.admin.account.forms.RenamePasskeyForm",
    "authenticate_webauthn": "newsroom.admin.account.forms.AuthenticateForm",
    "login_webauthn": "newsroom.admin.account.forms.LoginForm",
    "reauthenticate_webauthn": "newsroom.admin.account.forms.ReauthenticateForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # none is verified
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks differ: a code is good half a minute before and after its own
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https  # browsers allow that for localhost alone
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without tokens": {"()": "newsroom.logs.WithoutTokens"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without tokens"],
            "stream": sys.stderr,
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
