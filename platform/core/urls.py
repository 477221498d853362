from django.urls import include, path, re_path

from core.views.account import account, change_identity, change_look, change_password
from core.views.agreement import agreement
from core.views.ask_removal import ask_removal
from core.views.audit import audit, audit_csv, audit_of_all, audit_of_all_csv
from core.views.change import change_comparisons, change_prompts
from core.views.comparisons import comparisons
from core.views.control import again, cancel, pause, resume, retry
from core.views.danger import archive_project, danger, delete_project, hand_over, restore_project
from core.views.datasets import download
from core.views.failures import failures
from core.views.filters import delete_filter, save_filter
from core.views.gold import gold, starter_set
from core.views.gold_set import add_gold, close_gold, gold_set, next_gold, remove_gold
from core.views.group import delete_group, group, new_group
from core.views.groups import bind_tag, groups, move_rule, unbind_tag
from core.views.guidelines import guidelines
from core.views.guidelines_edit import guidelines_edit, guidelines_preview
from core.views.health import healthz
from core.views.image import image
from core.views.imports import import_sample, imports
from core.views.invitations import invitations, revoke_invitation
from core.views.invite import invite
from core.views.login import login, logout
from core.views.new_comparisons import new_comparisons
from core.views.new_project import new_project
from core.views.overview import overview
from core.views.person import change_role, pause_person, person, person_groups, remove_person, resume_person
from core.views.projects import projects
from core.views.prompts import prompts
from core.views.recipe import plan, recipe
from core.views.recipes import recipes
from core.views.refusals import refusals, rejects
from core.views.removals import removal, removals
from core.views.reset import forgot, reset
from core.views.rounds import close_round, due_round, rounds
from core.views.run import run
from core.views.runs import runs
from core.views.schedule import new_schedule, schedule
from core.views.schedules import delete_schedule, pause_schedule, resume_schedule, schedules
from core.views.sessions import end_other_sessions, end_session
from core.views.settings import settings
from core.views.steps import steps
from core.views.team import hours, team
from core.views.throughput import throughput
from core.views.tokens import create_token, revoke_token
from core.views.upload import remove_upload, upload
from core.views.welcome import welcome

urlpatterns = [
    path("", projects, name="projects"),
    path("login", login, name="login"),
    path("logout", logout, name="logout"),
    path("forgot", forgot, name="forgot"),
    path("reset/<uuid:account>/<str:token>", reset, name="reset"),
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
    path("new", new_project, name="new_project"),
    path("p/<slug:slug>/settings", settings, name="settings"),
    path("p/<slug:slug>/settings/guidelines", guidelines_edit, name="guidelines_edit"),
    path("p/<slug:slug>/settings/guidelines/preview", guidelines_preview, name="guidelines_preview"),
    path("p/<slug:slug>/settings/rounds", rounds, name="rounds"),
    path("p/<slug:slug>/settings/rounds/close", close_round, name="close_round"),
    path("p/<slug:slug>/settings/rounds/due", due_round, name="due_round"),
    path("p/<slug:slug>/settings/danger", danger, name="danger"),
    path("p/<slug:slug>/settings/archive", archive_project, name="archive_project"),
    path("p/<slug:slug>/settings/restore", restore_project, name="restore_project"),
    path("p/<slug:slug>/settings/hand-over", hand_over, name="hand_over"),
    path("p/<slug:slug>/settings/delete", delete_project, name="delete_project"),
    path("audit", audit_of_all, name="audit_of_all"),
    path("audit/csv", audit_of_all_csv, name="audit_of_all_csv"),
    path("p/<slug:slug>/", overview, name="overview"),
    path("p/<slug:slug>/agreement", agreement, name="agreement"),
    path("p/<slug:slug>/audit", audit, name="audit"),
    path("p/<slug:slug>/audit/csv", audit_csv, name="audit_csv"),
    path("p/<slug:slug>/removals", removals, name="removals"),
    path("p/<slug:slug>/removals/new", ask_removal, name="ask_removal"),
    path("p/<slug:slug>/removals/<uuid:removal>", removal, name="removal"),
    path("p/<slug:slug>/guidelines", guidelines, name="guidelines"),
    path("p/<slug:slug>/comparisons/new", new_comparisons, name="new_comparisons"),
    path("p/<slug:slug>/datasets/<uuid:version>/<str:name>", download, name="download"),
    path("p/<slug:slug>/import", imports, name="import"),
    path("p/<slug:slug>/import/sample", import_sample, name="import_sample"),
    path("p/<slug:slug>/import/<uuid:upload>", upload, name="upload"),
    path("p/<slug:slug>/import/<uuid:upload>/remove", remove_upload, name="remove_upload"),
    path("p/<slug:slug>/import/<uuid:upload>/refusals", refusals, name="refusals"),
    path("p/<slug:slug>/import/<uuid:upload>/rejects", rejects, name="rejects"),
    path("p/<slug:slug>/gold", gold, name="gold"),
    path("p/<slug:slug>/gold/starter", starter_set, name="starter_set"),
    path("p/<slug:slug>/gold/<uuid:gold_set>", gold_set, name="gold_set"),
    path("p/<slug:slug>/gold/<uuid:gold_set>/add", add_gold, name="add_gold"),
    path("p/<slug:slug>/gold/<uuid:gold_set>/remove", remove_gold, name="remove_gold"),
    path("p/<slug:slug>/gold/<uuid:gold_set>/close", close_gold, name="close_gold"),
    path("p/<slug:slug>/gold/<uuid:gold_set>/next", next_gold, name="next_gold"),
    path("p/<slug:slug>/team/invitations", invitations, name="invitations"),
    path("p/<slug:slug>/team/invitations/<uuid:invitation>/revoke", revoke_invitation, name="revoke_invitation"),
    re_path(r"^p/(?P<slug>[-\w]+)/images/(?P<key>[0-9a-f]{32})$", image, name="image"),
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
    path("p/<slug:slug>/team", team, name="team"),
    path("p/<slug:slug>/team/hours", hours, name="hours"),
    path("p/<slug:slug>/team/people/<uuid:person>", person, name="person"),
    path("p/<slug:slug>/team/people/<uuid:person>/groups", person_groups, name="person_groups"),
    path("p/<slug:slug>/team/people/<uuid:person>/role", change_role, name="change_role"),
    path("p/<slug:slug>/team/people/<uuid:person>/pause", pause_person, name="pause_person"),
    path("p/<slug:slug>/team/people/<uuid:person>/resume", resume_person, name="resume_person"),
    path("p/<slug:slug>/team/people/<uuid:person>/remove", remove_person, name="remove_person"),
    path("p/<slug:slug>/team/groups", groups, name="groups"),
    path("p/<slug:slug>/team/groups/new", new_group, name="new_group"),
    path("p/<slug:slug>/team/groups/rules/bind", bind_tag, name="bind_tag"),
    path("p/<slug:slug>/team/groups/rules/unbind", unbind_tag, name="unbind_tag"),
    path("p/<slug:slug>/team/groups/rules/move", move_rule, name="move_rule"),
    path("p/<slug:slug>/team/groups/<uuid:group>", group, name="group"),
    path("p/<slug:slug>/team/groups/<uuid:group>/delete", delete_group, name="delete_group"),
]
