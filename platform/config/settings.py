"""One settings file, read from the environment. Production is `PREFEREE_DEBUG=0`, the default."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import broker, env

ROOT = Path(__file__).resolve().parents[2]
IS_CHECKOUT = (ROOT / "manage.py").exists()
HOME = env.folder("PREFEREE_HOME", ROOT / "var" if IS_CHECKOUT else Path.home() / ".local" / "share" / "preferee")

DEBUG = env.switch("PREFEREE_DEBUG", False)
# `make demo` serves plain HTTP on the loopback address; everything else is expected behind HTTPS.
INSECURE_LOCAL = env.switch("PREFEREE_LOCAL", DEBUG)


def _secret_key() -> str:
    """The key from the environment; without one, a key made once and kept privately in PREFEREE_HOME."""
    if key := env.text("PREFEREE_SECRET_KEY"):
        return key
    path = HOME / "secret_key"
    try:
        return path.read_text() if path.exists() else _new_secret_key(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{error.strerror}: {path}. Set PREFEREE_HOME to a folder that you may write to."
        ) from error


def _new_secret_key(path: Path) -> str:
    """Linked into place whole: a process that starts at the same moment reads this key or makes the only one."""
    # Root's PostgreSQL runs as another account, which must pass through; what lies inside is private by itself.
    HOME.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=HOME)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    with contextlib.suppress(FileExistsError):
        os.link(name, path)
    Path(name).unlink()
    return path.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("PREFEREE_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.words("PREFEREE_ORIGINS")

INSTALLED_APPS = [
    "core",
    "annotate",
    "synth",
    "django_celery_beat",
    "django_htmx",
    "template_partials",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.http.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.sessions.LastUsed",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.http.PrivatePages",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],  # an installed package has them in core/templates
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.http.checked_token",
            ],
        },
    }
]

_server = env.database("DATABASE_URL")
EMBEDDED_HOME = None if _server else HOME
if _server is None:
    from config.embedded import address

    _address = address(HOME)
    _server = {
        "NAME": _address.database,
        "USER": _address.user,
        "HOST": _address.host,
        "PORT": str(_address.port),
        "OPTIONS": {},
    }
DATABASES = {"default": {"ENGINE": "config.postgres", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, **_server}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.sessions.People"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "projects"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_RESET_TIMEOUT = 3600
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_LOCAL
SECURE_SSL_REDIRECT = not INSECURE_LOCAL
SECURE_REDIRECT_EXEMPT = ["^healthz$"]  # asked from beside the server, not through the proxy
SECURE_HSTS_SECONDS = 0 if INSECURE_LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not INSECURE_LOCAL
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.switch("PREFEREE_BEHIND_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "cpu"
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = broker.folders(CELERY_BROKER_URL)
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# How long a shard stays with a worker that says nothing more, in seconds.
LEASE_SECONDS = env.number("PREFEREE_LEASE_SECONDS", 60.0)
# Rings again for what is queued or whose worker died: a lost message costs this long. The database holds whole seconds
# only, and none would be a flood.
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "core.sweep", "schedule": max(1, round(LEASE_SECONDS / 4))},
    "seal": {"task": "core.seal_audit", "schedule": 60},
}

# Where people reach the pages: for links in e-mails.
PUBLIC_URL = env.site("PREFEREE_URL", "http://127.0.0.1:8000")
_mail = env.mail("PREFEREE_EMAIL_URL")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail.host else 'console'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starts_tls, _mail.is_tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.sender("PREFEREE_EMAIL_FROM", "Preferee <preferee@localhost>")

# The Label Studio servers that may be asked: host, or host:port.
LABEL_STUDIO_HOSTS = env.words("PREFEREE_LABEL_STUDIO_HOSTS")
# Who may make projects: everyone who is logged in, or staff.
PROJECTS = env.choice("PREFEREE_PROJECTS", ("everyone", "staff"))
# Hosts that count as inside for projects whose text stays inside, whatever their addresses.
INSIDE_HOSTS = env.words("PREFEREE_INSIDE_HOSTS")
# Whether projects may have the images fetched that their texts name; each says for itself whether it wants that.
FETCH_IMAGES = env.switch("PREFEREE_FETCH_IMAGES", True)

EXPORTS_FOLDER = env.folder("PREFEREE_EXPORTS", HOME / "exports")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# The form of the largest question set, with every field of every attribute, has some 2,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# Bytes of one file that is imported in the browser.
UPLOAD_LIMIT = env.size("PREFEREE_UPLOAD_LIMIT", "20GB")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_secrets": {"()": "config.logs.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
