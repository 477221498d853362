from django.urls import path

from core.views.agreement import agreement
from core.views.datasets import download
from core.views.guidelines import guidelines
from core.views.health import healthz
from core.views.login import login, logout
from core.views.overview import overview
from core.views.projects import projects

urlpatterns = [
    path("", projects, name="projects"),
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("healthz", healthz, name="healthz"),
    path("p/<slug:slug>/", overview, name="overview"),
    path("p/<slug:slug>/agreement", agreement, name="agreement"),
    path("p/<slug:slug>/guidelines", guidelines, name="guidelines"),
    path("p/<slug:slug>/datasets/<uuid:version>/<str:name>", download, name="download"),
]
