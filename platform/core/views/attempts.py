"""Failed logins, counted in the audit log, where every server process sees them."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core import audit
from core.models import AuditEvent

MOST_FAILURES = 10
WINDOW = timedelta(minutes=15)
FAILED = "login.failed"


def too_many_failures(request: HttpRequest, email: str) -> bool:
    """Whether this address has failed too often on this account lately."""
    recent = AuditEvent.objects.filter(project=None, at__gte=timezone.now() - WINDOW)
    return recent.filter(verb=FAILED, target=_pair(request, email)).count() >= MOST_FAILURES


def record_failure(request: HttpRequest, email: str) -> None:
    audit.record(FAILED, project=None, actor=None, target=_pair(request, email), address=_address(request))


def _pair(request: HttpRequest, email: str) -> str:
    """Account and address as a mark: what was typed may be a password, so it is not kept."""
    return salted_hmac("login", f"{email.strip().lower()}\n{_address(request)}").hexdigest()[:32]


def _address(request: HttpRequest) -> str:
    """Behind a proxy, the address that the proxy itself saw: the last one it wrote."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded: str = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))
