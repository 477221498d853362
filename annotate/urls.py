from django.urls import path

from annotate.views.decide import contested, decide
from annotate.views.differences import response_changes, work_differences
from annotate.views.prompt import prompt
from annotate.views.questions import questions, questions_preview
from annotate.views.quotas import quotas, remove_quota
from annotate.views.work import skip, submit, work

urlpatterns = [
    path("p/<slug:slug>/settings/questions", questions, name="questions"),
    path("p/<slug:slug>/settings/questions/preview", questions_preview, name="questions_preview"),
    path("p/<slug:slug>/team/quotas", quotas, name="quotas"),
    path("p/<slug:slug>/team/quotas/remove", remove_quota, name="remove_quota"),
    path("p/<slug:slug>/work", work, name="work"),
    path("p/<slug:slug>/work/<uuid:comparison>", submit, name="submit"),
    path("p/<slug:slug>/work/<uuid:comparison>/skip", skip, name="skip"),
    path("p/<slug:slug>/work/<uuid:comparison>/differences", work_differences, name="work_differences"),
    path("p/<slug:slug>/responses/<uuid:edit>/changes", response_changes, name="response_changes"),
    path("p/<slug:slug>/prompts/<uuid:prompt>", prompt, name="prompt"),
    path("p/<slug:slug>/comparisons/<uuid:comparison>/decide", decide, name="decide"),
    path("p/<slug:slug>/contested", contested, name="contested"),
]
