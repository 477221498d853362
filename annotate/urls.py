from django.urls import path

from annotate.views.work import skip, submit, work

urlpatterns = [
    path("p/<slug:slug>/work", work, name="work"),
    path("p/<slug:slug>/work/<uuid:comparison>", submit, name="submit"),
    path("p/<slug:slug>/work/<uuid:comparison>/skip", skip, name="skip"),
]
