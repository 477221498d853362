from django.urls import path

from core.views.agreement import agreement
from core.views.datasets import download
from core.views.guidelines import guidelines
from core.views.health import healthz
from core.views.login import login, logout
from core.views.overview import overview
from core.views.projects import projects
from core.views.schedule import new_schedule, schedule
from core.views.schedules import delete_schedule, pause_schedule, resume_schedule, schedules

urlpatterns = [
    path("", projects, name="projects"),
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("healthz", healthz, name="healthz"),
    path("p/<slug:slug>/", overview, name="overview"),
    path("p/<slug:slug>/agreement", agreement, name="agreement"),
    path("p/<slug:slug>/guidelines", guidelines, name="guidelines"),
    path("p/<slug:slug>/schedules", schedules, name="schedules"),
    path("p/<slug:slug>/schedules/new", new_schedule, name="new_schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>", schedule, name="schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>/pause", pause_schedule, name="pause_schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>/resume", resume_schedule, name="resume_schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>/delete", delete_schedule, name="delete_schedule"),
    path("p/<slug:slug>/datasets/<uuid:version>/<str:name>", download, name="download"),
]
