from django.urls import URLPattern, path

from synth.views.compare_judges import compare_judges
from synth.views.judge import judge, make_card
from synth.views.requirements import requirements

urlpatterns: list[URLPattern] = [
    path("p/<slug:slug>/judges/compare", compare_judges, name="compare_judges"),
    path("p/<slug:slug>/judges/requirements", requirements, name="requirements"),
    path("p/<slug:slug>/judges/<uuid:judge>", judge, name="judge"),
    path("p/<slug:slug>/judges/<uuid:judge>/card", make_card, name="make_card"),
]
