from django.urls import path

from annotate.views.answers import answer, answers, contest
from annotate.views.cases import case, resolve
from annotate.views.cases import review as cases
from annotate.views.decide import contested, decide
from annotate.views.differences import response_changes, work_differences
from annotate.views.keeping import flag, guidelines_read, save_draft, undo, work_ahead
from annotate.views.prompt import prompt
from annotate.views.question_file import questions_file
from annotate.views.questions import compose_questions, questions, questions_preview
from annotate.views.quotas import quotas, remove_quota
from annotate.views.reading_settings import reading_settings, try_identity_words
from annotate.views.work import skip, submit, work

urlpatterns = [
    path("p/<slug:slug>/work", work, name="work"),
    path("p/<slug:slug>/work/ahead", work_ahead, name="work_ahead"),
    path("p/<slug:slug>/work/undo", undo, name="undo"),
    path("p/<slug:slug>/work/guidelines", guidelines_read, name="guidelines_read"),
    path("p/<slug:slug>/work/<uuid:comparison>", submit, name="submit"),
    path("p/<slug:slug>/work/<uuid:comparison>/draft", save_draft, name="draft"),
    path("p/<slug:slug>/work/<uuid:comparison>/flag", flag, name="flag"),
    path("p/<slug:slug>/work/<uuid:comparison>/skip", skip, name="skip"),
    path("p/<slug:slug>/work/<uuid:comparison>/differences", work_differences, name="work_differences"),
    path("p/<slug:slug>/settings/reading", reading_settings, name="reading_settings"),
    path("p/<slug:slug>/settings/reading/words", try_identity_words, name="try_identity_words"),
    path("p/<slug:slug>/settings/questions", questions, name="questions"),
    path("p/<slug:slug>/settings/questions/preview", questions_preview, name="questions_preview"),
    path("p/<slug:slug>/settings/questions/compose", compose_questions, name="compose_questions"),
    path("p/<slug:slug>/team/quotas", quotas, name="quotas"),
    path("p/<slug:slug>/team/quotas/remove", remove_quota, name="remove_quota"),
    path("p/<slug:slug>/settings/questions/<slug:number>.<slug:ending>", questions_file, name="questions_file"),
    path("p/<slug:slug>/responses/<uuid:edit>/changes", response_changes, name="response_changes"),
    path("p/<slug:slug>/answers", answers, name="answers"),
    path("p/<slug:slug>/answers/<uuid:comparison>", answer, name="answer"),
    path("p/<slug:slug>/answers/<uuid:comparison>/contest", contest, name="contest"),
    path("p/<slug:slug>/prompts/<uuid:prompt>", prompt, name="prompt"),
    path("p/<slug:slug>/comparisons/<uuid:comparison>/decide", decide, name="decide"),
    path("p/<slug:slug>/review", cases, name="review"),
    path("p/<slug:slug>/review/<uuid:comparison>", case, name="case"),
    path("p/<slug:slug>/review/<uuid:comparison>/resolve", resolve, name="resolve"),
    path("p/<slug:slug>/contested", contested, name="contested"),
]
