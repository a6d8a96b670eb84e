"""What every environment shares. Read once, from the environment, through console.platform.env."""

from typing import Any

import structlog
from psycopg.conninfo import conninfo_to_dict

from console.platform import env
from console.platform.crypto.key_service import key_service
from console.platform.crypto.root_keys import root_keys_given
from console.platform.embedding_server import embedding_servers
from console.platform.mail_server import mail_server
from console.settings.sign_in import *  # noqa: F403
from console.settings.sign_in import SAML_APPS

PROJECT_ROOT = env.PROJECT_ROOT
HOME = env.home()
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, low=1, high=65535)
# Where traces come in over gRPC; 0 leaves that door out.
OTLP_GRPC_PORT = env.integer("OTLP_GRPC_PORT", 4317, low=0, high=65535)
# How often audit events get their place in the log, and how often the log is signed.
SEQUENCE_SECONDS = env.integer("SEQUENCE_SECONDS", 1, low=1, high=60)
CHECKPOINT_SECONDS = env.integer("CHECKPOINT_SECONDS", 30, low=1, high=3600)
PUBLIC_URL = env.text("URL", f"http://127.0.0.1:{PORT}").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")

DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
# The one before: sessions and second factors that it made still open.
SECRET_KEY_FALLBACKS = [old] if (old := env.secret("OLD_SECRET_KEY", None)) else []
METRICS_TOKEN = env.secret("METRICS_TOKEN", None)  # without one there is no /metrics
CONTEXT_KEY = bytes.fromhex(env.secret("CONTEXT_KEY"))
KEY_SERVICE = key_service()
ROOT_KEYS = root_keys_given(KEY_SERVICE)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", PUBLIC_URL.split("//")[1].split(":")[0]]
ALLOWED_HOSTS += [host for host in env.text("ALLOWED_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "console.tenancy",
    "console.accounts",
    "console.keys",
    "console.access_review",
    "console.webhooks",
    "audit",
    "memory",
    "console",
]
INSTALLED_APPS += SAML_APPS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "console.platform.requests.RequestContextMiddleware",
    "console.web.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.web.middleware.TenantMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.web.context.frame",
            ],
            "builtins": ["console.web.templatetags.screen"],
        },
    }
]


def database(dsn: str, **options: Any) -> dict[str, Any]:
    """A Django database from a libpq connection string."""
    parts = conninfo_to_dict(dsn)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "mnemoscope"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        # A connection that died with its server is replaced before a request meets it.
        "CONN_HEALTH_CHECKS": True,
        # Without it a statement that asks to be prepared is parsed and planned anew each time.
        "OPTIONS": {"prepare_threshold": 5, **parts, **options},
    }


# A lost database is told (503) before an exporter, which waits 10 s, gives up by itself.
POOL = {"min_size": 1, "max_size": 16, "timeout": 5}
# The app role serves; the owner role only migrates, and only where its secret is at hand.
DATABASES = {"default": database(env.secret("DATABASE_URL"), pool=POOL)}
if owner_dsn := env.secret("OWNER_DATABASE_URL", None):
    DATABASES["owner"] = database(owner_dsn)
# Clears the space of erased rows, and may do nothing else; without it certificates say so.
ERASER_DSN = env.secret("ERASER_DATABASE_URL", None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Browsers offer passkeys on HTTPS and on localhost only, so plain HTTP is no way around that.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
# MAILS tells if there is one: else links are shown to be copied, and no digest is sent.
globals().update(mail_server(env.secret("SMTP_URL", None)))
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", f"mnemoscope@{PUBLIC_URL.split('//')[1].split(':')[0]}")

# Lockout counts must be the same in every process, so they live in the database.
CACHES = {
    "default": {
        "BACKEND": "console.platform.cache.PlainCache",
        "LOCATION": "console_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
# Of the console and every other door: no inline script or style, nothing from elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [PROJECT_ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "console.static_files.HashedStaticFiles"},
}

# Limits on what a client may send. OTLP has its own, of the specification: 64 MiB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
OTLP_MAX_BODY_BYTES = 64 * 1024 * 1024
MEMORY_MAX_CONTENT_CHARACTERS = 32_000
MEMORY_MAX_BATCH = 100
# What an agent writes under a key that begins with one of these words waits for a person.
MEMORY_PROTECTED_KEYS = frozenset({"identity", "policy", "goal", "system"})

# Whether a webhook may name an address of a private network, and this host in plain HTTP.
WEBHOOK_ALLOW_PRIVATE = env.boolean("WEBHOOK_ALLOW_PRIVATE", default=False)

# Where each tenant's file of signed checkpoints stands: best on another disk than the database.
ANCHOR_DIR = env.text("ANCHOR_DIR", str(HOME / "anchors"))

# Who turns texts into vectors, if not the built-in model: the server in use, then the one before.
EMBEDDING_SERVERS = embedding_servers()

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["console.api.authentication.BearerKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["console.api.authentication.IsActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["console.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "console.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "console.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mnemoscope API",
    "DESCRIPTION": "Memories of AI agents: written, recalled, reviewed and audited.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    # Deep links are links inside buttons there: a keyboard stops twice at each operation.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "MemoryKind": "memory.models.Kind",
        "MemoryState": "memory.models.State",
        "HoldScope": "memory.models.HoldScope",
        "RetentionReportKind": "memory.models.ReportKind",
        "ReviewKind": "memory.models.ReviewKind",
        "ReviewStatus": "memory.models.ReviewStatus",
        "DecisionOutcome": "memory.models.DecisionOutcome",
        "DecisionReason": "memory.reviews.reasons.DecisionReason",
        "StepKind": "console.api.v1.run_shapes.STEP_KINDS",
        "AuditOutcome": "audit.models.Outcome",
        "RunState": "audit.models.RunStatus",
        "DeliveryState": "console.webhooks.models.DeliveryState",
        "EventKind": "console.webhooks.kinds.EventKind",
        "StreamKind": "audit.models.stream.StreamKind",
        "StreamFormat": "audit.models.stream.StreamFormat",
        "StreamSends": "audit.models.stream.Sends",
        "RequestKind": "memory.models.RequestKind",
        "RequestStatus": "memory.models.RequestStatus",
        "StreamStanding": "audit.streams.standing.STANDINGS",
    },
}

BROKER_DIR = HOME / "broker"
CELERY_BROKER_URL = env.secret("BROKER_URL", "filesystem://")
CELERY_BROKER_TRANSPORT = (
    "console.runtime.broker:Transport" if CELERY_BROKER_URL.startswith("filesystem") else None
)
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    else {"visibility_timeout": 3600}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # The traceback as text, and no more: structlog's own rendering shows every local variable,
    # which are keys and memories here.
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*LOG_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": LOG_PROCESSORS,
        }
    },
    "filters": {"route": {"()": "console.platform.requests.RouteFilter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        name: {"filters": ["route"]} for name in ("django.request", "django.security.csrf")
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
}
