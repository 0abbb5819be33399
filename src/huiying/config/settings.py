"""The one settings file. Everything that differs between installations comes from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.functional import SimpleLazyObject

from huiying.config import attachments, databases, environment, keys, places

PACKAGE = Path(__file__).resolve().parent.parent
DEBUG = environment.flag("HUIYING_DEBUG", default=False)
DATA = places.data_folder()
# Read when first needed: a look at the settings alone makes no key file.
KEY_RING: Any = SimpleLazyObject(lambda: keys.load(DATA))
SECRET_KEY: Any = SimpleLazyObject(lambda: keys.secret_key(KEY_RING))

ALLOWED_HOSTS = environment.words("HUIYING_HOSTS", "localhost,127.0.0.1,[::1]")
SITE_URL = environment.text("HUIYING_URL", "http://127.0.0.1:8000").rstrip("/")
AGENCY_NAME = {
    "zh-hans": environment.text("HUIYING_AGENCY_ZH", "云渡县人民政府"),
    "en": environment.text("HUIYING_AGENCY_EN", "Yundu County Government"),
}
EMERGENCY_NUMBERS = environment.words("HUIYING_EMERGENCY_NUMBERS", "110,119,120,122")
# How many reverse proxies stand before the web process; each adds one X-Forwarded-For entry.
PROXIES = environment.number("HUIYING_PROXIES", 0, most=5)
# Raise it where many residents share one address, such as a town hall's terminals.
TRIES_FACTOR = environment.number("HUIYING_TRIES_FACTOR", 1, least=1)
DEMO = environment.flag("HUIYING_DEMO", default=False)
DEMO_PASSWORD = environment.text("HUIYING_DEMO_PASSWORD")  # shown on the demo's sign-in page

DATABASES = databases.configured()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Account"

INSTALLED_APPS = [
    "huiying.faces.public_site",
    "huiying.faces.staff_desk",
    "huiying.faces.look",
    "huiying.insight",
    "huiying.insight.growing",
    "huiying.retention",
    "huiying.doors",
    "huiying.replies",
    "huiying.supervision",
    "huiying.supervision.joint_sessions",
    "huiying.casework",
    "huiying.routing",
    "huiying.intake",
    "huiying.agencies",
    "huiying.agencies.duty",
    "huiying.accounts",
    "huiying.clocks",
    "huiying.finding",
    "huiying.notices",
    "huiying.record",
    "huiying.kernel",
    "huiying.config",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "huiying.config.tracing.request_named",
    "django.middleware.security.SecurityMiddleware",
    "huiying.config.static.ServedStaticFiles",
    "huiying.config.middleware.read_body_first",
    "huiying.config.metrics.measured",
    "huiying.config.middleware.address_behind_proxies",
    "huiying.config.middleware.response_headers",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huiying.config.middleware.SessionsInUse",
    "huiying.config.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huiying.config.middleware.ActingPerson",
    "huiying.config.middleware.SecondStepFirst",
    "huiying.config.middleware.RefusalsBecomePages",
]

ROOT_URLCONF = "huiying.config.urls"
WSGI_APPLICATION = "huiying.config.wsgi.application"
LOGIN_URL = "staff_desk:sign_in"
LOGIN_REDIRECT_URL = "staff_desk:queue"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "huiying.faces.look.context.site",
            ],
            "builtins": ["huiying.faces.look.templatetags.look"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LANGUAGE_CODE = environment.choice("HUIYING_LANGUAGE", "zh-hans", ["zh-hans", "en"])
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("HUIYING_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("HUIYING_STATIC", DATA / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "huiying.config.static.FoundStaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# Secure cookies and HSTS follow the address the agency publishes: https in production, http in a demo.
HTTPS = SITE_URL.startswith("https://")
SESSION_ENGINE = "huiying.accounts.session_store"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
# The agency's own sign-in (OpenID Connect); without an issuer there is none.
OIDC_ISSUER = environment.text("HUIYING_OIDC_ISSUER")
OIDC_CLIENT_ID = environment.text("HUIYING_OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = environment.text("HUIYING_OIDC_CLIENT_SECRET")
OIDC_ROLE_CLAIM = environment.text("HUIYING_OIDC_ROLE_CLAIM", "groups")
OIDC_ROLES = environment.text("HUIYING_OIDC_ROLES")
SECOND_FACTOR = environment.choice(
    "HUIYING_SECOND_FACTOR", "optional", ["off", "optional", "required"]
)
# Of whom it is required; empty: of everybody.
SECOND_FACTOR_ROLES = frozenset(environment.words("HUIYING_SECOND_FACTOR_ROLES"))
IDLE_MINUTES = environment.number("HUIYING_IDLE_MINUTES", 60, least=5, most=720)
SESSION_COOKIE_NAME = "staff"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = False
# Anybody can write this header; it is believed only where a proxy of ours stands before us.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and PROXIES else None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "manifest-src": ["'self'"],
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# Files that residents add. A form that carries them is read to disk, never into memory.
FILE_BYTES = environment.number("HUIYING_FILE_MEGABYTES", 10, least=1, most=100) * 1024 * 1024
FILES_AT_ONCE = environment.number("HUIYING_FILES_AT_ONCE", 5, most=20)  # 0: no files
FILES_PER_LETTER = environment.number("HUIYING_FILES_PER_LETTER", 20, most=100)
FILES_FOLDER = DATA / "attachments"
FILES_BUCKET = attachments.bucket()  # None: they lie in the folder
INCOMING_FOLDER = DATA / "incoming"
# Files that administrators import from a page, until they are imported.
IMPORT_BYTES = environment.number("HUIYING_IMPORT_MEGABYTES", 50, least=1, most=2000) * 1024 * 1024
CALENDAR_BYTES = 100_000  # of a file of holidays, or a whole calendar
IMPORTS_FOLDER = DATA / "imports"
# Labels and times of what was erased, outside of the database: a restore reads it.
ERASURES_FILE = environment.folder("HUIYING_ERASURES_FILE", DATA / "erasures.log")
CLAMD = environment.text("HUIYING_CLAMD")  # /run/clamav/clamd.ctl, or host:port

# Our nouns' `tasks` know nothing of the scheduler; `config` puts them on its plan.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "schedule"

# The clock rules that are one number for the whole agency (calendar days).
DEFAULT_TARGET_DAYS = environment.number("HUIYING_TARGET_DAYS", 15, least=1, most=365)
REOPEN_DAYS = environment.number("HUIYING_REOPEN_DAYS", 30, least=1, most=365)
WAITING_CAP_DAYS = environment.number("HUIYING_WAITING_CAP_DAYS", 10, least=1, most=90)
DUTY_LOG_MONTHS = environment.number("HUIYING_DUTY_LOG_MONTHS", 12, least=1, most=120)
REVEALS_PER_HOUR = environment.number("HUIYING_REVEALS_PER_HOUR", 5, least=1, most=20)
BRIEF_HOUR = environment.text("HUIYING_BRIEF_HOUR", "07:00")

# Notices: `file` writes each message to <data>/outbox; `webhook` hands it to a program of the agency's.
MAIL_BACKEND = environment.choice("HUIYING_MAIL", "file", ["file", "smtp", "webhook"])
MAIL_FOLDER = DATA / "outbox"
MAIL_FROM = environment.text("HUIYING_MAIL_FROM", "desk@localhost")
SMTP_HOST = environment.text("HUIYING_SMTP_HOST", "localhost")
SMTP_PORT = environment.number("HUIYING_SMTP_PORT", 25, least=1, most=65535)
SMTP_USER = environment.text("HUIYING_SMTP_USER")
SMTP_PASSWORD = environment.text("HUIYING_SMTP_PASSWORD")
# Where undeliverable mails come back to, each at an address of its own below this one.
BOUNCES = environment.text("HUIYING_BOUNCES")
IMAP_HOST = environment.text("HUIYING_IMAP_HOST")
IMAP_PORT = environment.number("HUIYING_IMAP_PORT", 993, least=1, most=65535)
IMAP_TLS = environment.choice("HUIYING_IMAP_TLS", "tls", ["tls", "none"])
IMAP_USER = environment.text("HUIYING_IMAP_USER")
IMAP_PASSWORD = environment.text("HUIYING_IMAP_PASSWORD")
IMAP_FOLDER = environment.text("HUIYING_IMAP_FOLDER", "INBOX")
SMTP_TLS = environment.choice("HUIYING_SMTP_TLS", "starttls", ["none", "starttls", "tls"])
# How residents may hear of news beside the page, by their own choice.
ANSWER_WAYS = environment.words("HUIYING_ANSWER_WAYS", "mail")
SMS_BACKEND = environment.choice("HUIYING_SMS", "off", ["off", "file", "http", "webhook"])
SMS_URL = environment.text("HUIYING_SMS_URL")
SMS_KEY = environment.text("HUIYING_SMS_KEY")
SMS_HEADER = environment.text("HUIYING_SMS_HEADER", "Authorization: Bearer {key}")
SMS_BODY = environment.text("HUIYING_SMS_BODY", '{"to": "{to}", "text": "{text}", "id": "{id}"}')
SMS_SUCCESS = environment.text("HUIYING_SMS_SUCCESS")  # path.to.field=value in the gateway's answer
# Anybody can name any number, and each message is paid for: where to, and how many.
SMS_COUNTRY = environment.text("HUIYING_SMS_COUNTRY", "86")
SMS_PREFIXES = environment.words(
    "HUIYING_SMS_PREFIXES", "+8613,+8614,+8615,+8616,+8617,+8618,+8619"
)
SMS_PER_NUMBER = environment.number("HUIYING_SMS_PER_NUMBER", 10, least=2, most=1000)
SMS_PER_HOUR = environment.number("HUIYING_SMS_PER_HOUR", 300, least=2)
SMS_SECONDS = environment.number("HUIYING_SMS_SECONDS", 10, least=1, most=60)
WEBHOOK_URL = environment.text("HUIYING_WEBHOOK_URL")
WEBHOOK_KEY = environment.text("HUIYING_WEBHOOK_KEY")
WEBHOOK_SECONDS = environment.number("HUIYING_WEBHOOK_SECONDS", 10, least=1, most=60)

# Prometheus reads /metrics with this token, or without one on this machine.
METRICS_TOKEN = environment.text("HUIYING_METRICS_TOKEN")

LOG_FORMAT = environment.choice("HUIYING_LOG_FORMAT", "line", ["line", "json"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "huiying.config.logs.WithoutValues",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "huiying.config.logs.Json"},
    },
    "filters": {"constant": {"()": "huiying.config.logs.Constant"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["constant"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "huiying": {"level": environment.text("HUIYING_LOG_LEVEL", "INFO")},
        "django": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
