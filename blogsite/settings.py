"""All settings of the site: the environment first, with working defaults for development.

With nothing set this is a development site on SQLite below `var/`. With `DEBUG=off` it
starts only when complete. Every variable is listed in docs/operations.md, and a test
compares that table with this file.
"""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import checks

BASE_DIR = Path(__file__).resolve().parent.parent
# Texts are read from os.environ: django-environ takes a leading $ for another variable's name.
env = environ.Env()

# Mode

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = os.environ.get("SECRET_KEY") or ("development-only" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is required when DEBUG is off.")

PORT = checks.port_number(os.environ.get("PORT", "8000"))
# The address that visitors type; canonical links, feeds and the scheme of cookies follow it.
_site_url = os.environ.get("SITE_URL") or (f"http://127.0.0.1:{PORT}" if DEBUG else "")
if not _site_url:
    raise ImproperlyConfigured("SITE_URL is required when DEBUG is off.")
SITE_URL = checks.site_address(_site_url)
SITE_NAME = os.environ.get("SITE_NAME") or "码上拾光"
SITE_IS_SECURE = SITE_URL.startswith("https://")

ALLOWED_HOSTS = checks.names(env.list("ALLOWED_HOSTS", default=[])) or [
    checks.host_of(SITE_URL),
    "127.0.0.1",
    "localhost",
]
# Networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = checks.networks(env.list("TRUSTED_PROXIES", default=[]))

# Application

INSTALLED_APPS = [
    "blogsite.admin.BlogAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Before staticfiles, so that runserver too serves static files as production does.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "taggit",
    # Before haystack: its rebuild_index empties the live index first, ours builds beside it.
    "search",
    "haystack",
    "reversion",
    "axes",
    "csp",
    "content",
    "articles",
    "downloads",
    "reports",
    "demo",
]

MIDDLEWARE = [
    "blogsite.middleware.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "blogsite.urls"
WSGI_APPLICATION = "blogsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "content.context_processors.site",
            ],
        },
    },
]

# Files: everything that the site writes lies below DATA_DIR.

DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()
PICTURES_DIR = DATA_DIR / "pictures"
PACKAGES_DIR = DATA_DIR / "packages"
SPOOL_DIR = DATA_DIR / "spool"
# On a disk of this host, never a network disk: SQLite locks files.
INDEX_DIR = Path(os.environ.get("INDEX_DIR") or DATA_DIR / "index").resolve()
MEDIA_ROOT = PICTURES_DIR

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "blogsite" / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Where nginx serves packages itself: the internal location that stands for PACKAGES_DIR.
X_ACCEL_PACKAGES = env.str("X_ACCEL_PACKAGES", default="")

# Limits of uploads; editors see them beside the upload field.
PACKAGE_MAX_BYTES = 100 * 1024**2  # nginx client_max_body_size is a little larger
PACKAGE_MAX_ENTRIES = 20_000
PACKAGE_MAX_UNPACKED_BYTES = 500 * 1024**2
PACKAGE_MAX_ENTRY_BYTES = 256 * 1024**2
PACKAGE_MAX_RATIO = 100
PACKAGE_RATIO_FREE_BYTES = 10 * 1024**2  # the ratio counts once more than this inflates
PACKAGE_MAX_PATH_CHARACTERS = 1024
PACKAGE_MAX_PART_BYTES = 255
PACKAGE_MAX_DEPTH = 64
PACKAGE_MAX_SECONDS = 10
PICTURE_MAX_BYTES = 10 * 1024**2
PICTURE_MAX_PIXELS = 50_000_000  # width x height x frames
MARKDOWN_MAX_BYTES = 200_000
MARKDOWN_MAX_SECONDS = 2.5
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "blogsite.uploads.DiskUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
# What is being uploaded, on the disk that will keep it; /tmp may be small. The start makes it.
_uploads = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR = _uploads if _uploads.is_dir() else None

# Database

# The default is no URL: the path may hold + % ? #, which mean something else in a URL.
_database_url = os.environ.get("DATABASE_URL", "")
DATABASES: dict[str, dict[str, Any]] = {
    "default": checks.database(_database_url)
    if _database_url
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "site.sqlite3")}
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite makes a missing file, but no missing folder: a fresh checkout can migrate at once.
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    # Seconds. Opening the file and its pragmas anew cost a tenth of an article page.
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a transaction that will write waits for its turn at its start, not with
        # an error in its middle. 20 s: longer than any write of ours.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
            "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864;"
            "PRAGMA cache_size=-16000"
        ),
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "pool", {"min_size": 1, "max_size": 8}
    )
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": env.cache_url_config(os.environ.get("CACHE_URL") or "locmemcache://"),
    # Django's {% cache %} tag uses this name. In memory, so that no page waits for a server.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}

# Language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# blogsite is no app, so its catalogue is named here.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "blogsite" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Search

HOST_NAME = socket.gethostname()
_embedded = {
    "ENGINE": "search.engines.sqlite.SQLiteSearchEngine",
    "PATH": str(INDEX_DIR / "search.sqlite3"),
    "SILENTLY_FAIL": False,
    "TIMEOUT": 1.5,  # seconds a visitor waits for an answer
    "BATCH_SIZE": 200,
}
_search_url = checks.search_server(os.environ.get("SEARCH_URL", ""))
HAYSTACK_CONNECTIONS = {"default": _embedded}
if _search_url:
    # The embedded index stays fed by the same outbox, and answers when the servers do not.
    HAYSTACK_CONNECTIONS = {
        "default": {
            "ENGINE": "search.engines.elasticsearch.ElasticsearchSearchEngine",
            "URL": _search_url,
            "SHARDS": checks.small_number("SEARCH_SHARDS", os.environ.get("SEARCH_SHARDS", "")),
            "REPLICAS": checks.small_number(
                "SEARCH_REPLICAS", os.environ.get("SEARCH_REPLICAS", "")
            ),
            "SILENTLY_FAIL": False,
            "BATCH_SIZE": 200,
        },
        "embedded": _embedded,
    }
SEARCH_SPARE = "embedded"
HAYSTACK_SIGNAL_PROCESSOR = "search.signals.OutboxSignalProcessor"
HAYSTACK_SEARCH_RESULTS_PER_PAGE = 10
HAYSTACK_LIMIT_TO_REGISTERED_MODELS = False
SEARCH_QUERY_MAX_CHARACTERS = 200
SEARCH_MAX_PAGES = 50
# What the filters of the search page offer; `search` itself knows no column and no kind.
SEARCH_CHOICES = {
    "kind": "content.choices.kind_choices",
    "column": "content.choices.column_choices",
}
# By which search knows tags: what a name means, and which names begin so.
SEARCH_TAGS = {
    "named": "content.tag_search.named",
    "beginning": "content.tag_search.beginning",
}
# What draining into the embedded index may cost the request that saved; servers cost it nothing.
SEARCH_DRAIN_SECONDS = 0.2
# Says what is near a text, for recommendations; `content` itself does not know `search`.
NEARNESS = "search.nearness.near"

# Tags

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_TAGS_FROM_STRING = "content.tagging.parse_tags"
TAGGIT_STRING_FROM_TAGS = "content.tagging.join_tags"

# The worker: what must happen without hands. `per_host` jobs run once on every host.

WORKER_JOBS = [
    {
        "name": "search_sync",
        "run": "search.jobs.sync",
        "every": timedelta(seconds=1),
        "per_host": True,
    },
    # A job of its own: servers that are slow keep the embedded index from nothing.
    *(
        [
            {
                "name": "search_sync_servers",
                "run": "search.jobs.sync_servers",
                "every": timedelta(seconds=0.5),
                "per_host": True,
            }
        ]
        if _search_url
        else []
    ),
    {
        "name": "search_volatile",
        "run": "search.refreshing.refresh",
        "every": timedelta(minutes=1),
        "per_host": True,
    },
    {"name": "fold_counts", "run": "content.counting.fold", "every": timedelta(seconds=10)},
    {"name": "fold_queries", "run": "search.querylog.fold", "every": timedelta(seconds=30)},
    {"name": "purge_queries", "run": "search.querylog.purge", "every": timedelta(days=1)},
    {"name": "clean_up", "run": "content.jobs.clean_up", "every": timedelta(hours=1)},
    {
        "name": "clean_up_packages",
        "run": "downloads.jobs.clean_up",
        "every": timedelta(days=1),
    },
    {"name": "clear_sessions", "run": "content.jobs.clear_sessions", "every": timedelta(days=1)},
    # Both look once and find nothing to do, unless the site was upgraded or a disk was full.
    {
        "name": "picture_sizes",
        "run": "content.picture_rows.make_missing_sizes",
        "every": timedelta(minutes=5),
    },
    {"name": "rerender", "run": "content.rerendering.rerender", "every": timedelta(minutes=5)},
]
HEALTH_CHECKS = [
    "content.health.database",
    "content.health.disk",
    "content.health.worker",
    "search.health.engine",
]

# Accounts

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# Name and address together: one visitor cannot lock an editor out from everywhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False  # its pages have no Chinese
AXES_CLIENT_IP_CALLABLE = "blogsite.middleware.client_address"
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

# Mail

vars().update(env.email_url_config(os.environ.get("EMAIL_URL") or "consolemail://"))
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "webmaster@localhost"
EMAIL_TIMEOUT = 10  # seconds

# Security

# The port is part of the names: cookies ignore ports, and two sites on one host would
# otherwise log each other out.
_site_port = urlsplit(SITE_URL).port or PORT
SESSION_COOKIE_NAME = f"sessionid_{_site_port}"
CSRF_COOKIE_NAME = f"csrftoken_{_site_port}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "content.views.csrf_failure"
# Only where a trusted proxy says which requests were plain: else it would redirect for ever.
SECURE_SSL_REDIRECT = SITE_IS_SECURE and not DEBUG and bool(TRUSTED_PROXIES)
SECURE_HSTS_SECONDS = 31_536_000 if SITE_IS_SECURE and not DEBUG else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the preview of a draft is framed by its own form
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Anybody can send any Host: it is answered with 400, and is no news.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
        # A line for each request to a search server; what fails, search itself says.
        "elastic_transport": {"level": "ERROR"},
        "PIL": {"level": "WARNING"},
    },
}
