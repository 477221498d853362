from django.urls import URLPattern, path

from synth.views.ratio import ratio

urlpatterns: list[URLPattern] = [
    path("p/<slug:slug>/responses/<uuid:response>/ratio", ratio, name="ratio"),
]
