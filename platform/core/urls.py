from django.urls import path

from core.views.agreement import agreement
from core.views.change import change_comparisons, change_prompts
from core.views.comparisons import comparisons
from core.views.control import again, cancel, pause, resume, retry
from core.views.datasets import download
from core.views.failures import failures
from core.views.filters import delete_filter, save_filter
from core.views.guidelines import guidelines
from core.views.health import healthz
from core.views.login import login, logout
from core.views.overview import overview
from core.views.projects import projects
from core.views.prompts import prompts
from core.views.recipe import plan, recipe
from core.views.recipes import recipes
from core.views.run import run
from core.views.runs import runs
from core.views.schedule import new_schedule, schedule
from core.views.schedules import delete_schedule, pause_schedule, resume_schedule, schedules
from core.views.steps import steps
from core.views.throughput import throughput

urlpatterns = [
    path("", projects, name="projects"),
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("healthz", healthz, name="healthz"),
    path("p/<slug:slug>/", overview, name="overview"),
    path("p/<slug:slug>/agreement", agreement, name="agreement"),
    path("p/<slug:slug>/guidelines", guidelines, name="guidelines"),
    path("p/<slug:slug>/datasets/<uuid:version>/<str:name>", download, name="download"),
    path("p/<slug:slug>/prompts", prompts, name="prompts"),
    path("p/<slug:slug>/prompts/change", change_prompts, name="change_prompts"),
    path("p/<slug:slug>/comparisons", comparisons, name="comparisons"),
    path("p/<slug:slug>/comparisons/change", change_comparisons, name="change_comparisons"),
    path("p/<slug:slug>/filters/save", save_filter, name="save_filter"),
    path("p/<slug:slug>/filters/<uuid:saved>/delete", delete_filter, name="delete_filter"),
    path("p/<slug:slug>/runs", runs, name="runs"),
    path("p/<slug:slug>/runs/steps", steps, name="steps"),
    path("p/<slug:slug>/runs/start", recipes, name="recipes"),
    path("p/<slug:slug>/runs/start/<slug:recipe>", recipe, name="recipe"),
    path("p/<slug:slug>/runs/start/<slug:recipe>/plan", plan, name="plan"),
    path("p/<slug:slug>/runs/<uuid:run>", run, name="run"),
    path("p/<slug:slug>/runs/<uuid:run>/failures", failures, name="failures"),
    path("p/<slug:slug>/runs/<uuid:run>/throughput", throughput, name="throughput"),
    path("p/<slug:slug>/runs/<uuid:run>/pause", pause, name="pause"),
    path("p/<slug:slug>/runs/<uuid:run>/resume", resume, name="resume"),
    path("p/<slug:slug>/runs/<uuid:run>/cancel", cancel, name="cancel"),
    path("p/<slug:slug>/runs/<uuid:run>/retry", retry, name="retry"),
    path("p/<slug:slug>/runs/<uuid:run>/again", again, name="again"),
    path("p/<slug:slug>/schedules", schedules, name="schedules"),
    path("p/<slug:slug>/schedules/new", new_schedule, name="new_schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>", schedule, name="schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>/pause", pause_schedule, name="pause_schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>/resume", resume_schedule, name="resume_schedule"),
    path("p/<slug:slug>/schedules/<uuid:schedule>/delete", delete_schedule, name="delete_schedule"),
]
