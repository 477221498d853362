from django.urls import include, path

from core.views.account import account, change_identity, change_look, change_password
from core.views.agreement import agreement
from core.views.control import again, cancel, pause, resume, retry
from core.views.datasets import download
from core.views.failures import failures
from core.views.guidelines import guidelines
from core.views.health import healthz
from core.views.invitations import invitations, revoke_invitation
from core.views.invite import invite
from core.views.login import login, logout
from core.views.overview import overview
from core.views.projects import projects
from core.views.recipe import plan, recipe
from core.views.recipes import recipes
from core.views.reset import forgot, reset
from core.views.run import run
from core.views.runs import runs
from core.views.schedule import new_schedule, schedule
from core.views.schedules import delete_schedule, pause_schedule, resume_schedule, schedules
from core.views.sessions import end_other_sessions, end_session
from core.views.steps import steps
from core.views.throughput import throughput
from core.views.tokens import create_token, revoke_token
from core.views.welcome import welcome

urlpatterns = [
    path("", projects, name="projects"),
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("forgot", forgot, name="forgot"),
    path("reset/<uuid:person>/<str:token>", reset, name="reset"),
    path("invite/<str:secret>", invite, name="invite"),
    path("welcome/<str:secret>", welcome, name="welcome"),
    path("account", account, name="account"),
    path("account/identity", change_identity, name="change_identity"),
    path("account/password", change_password, name="change_password"),
    path("account/look", change_look, name="change_look"),
    path("account/sessions/end", end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:session>/end", end_session, name="end_session"),
    path("account/tokens", create_token, name="create_token"),
    path("account/tokens/<uuid:api_token>/revoke", revoke_token, name="revoke_token"),
    path("api/v1/", include("core.api.urls")),
    path("healthz", healthz, name="healthz"),
    path("p/<slug:slug>/", overview, name="overview"),
    path("p/<slug:slug>/agreement", agreement, name="agreement"),
    path("p/<slug:slug>/guidelines", guidelines, name="guidelines"),
    path("p/<slug:slug>/datasets/<uuid:version>/<str:name>", download, name="download"),
    path("p/<slug:slug>/team/invitations", invitations, name="invitations"),
    path("p/<slug:slug>/team/invitations/<uuid:invitation>/revoke", revoke_invitation, name="revoke_invitation"),
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
