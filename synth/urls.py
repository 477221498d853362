from django.urls import URLPattern, path

from synth.views.compare_judges import compare_judges
from synth.views.endpoints import endpoint, endpoints, new_endpoint, retire_endpoint_page, test_endpoint
from synth.views.judge import judge, make_card
from synth.views.judge_edit import edit_judge, new_judge
from synth.views.judge_prompt import judge_prompt, preview_judge_prompt, try_judge_prompt
from synth.views.judge_prompts import judge_prompts
from synth.views.judges import judges
from synth.views.ratio import ratio
from synth.views.requirements import requirements
from synth.views.rubric import rubric
from synth.views.rubrics import rubrics

urlpatterns: list[URLPattern] = [
    path("endpoints", endpoints, name="endpoints"),
    path("endpoints/new", new_endpoint, name="new_endpoint"),
    path("endpoints/<uuid:endpoint>", endpoint, name="endpoint"),
    path("endpoints/<uuid:endpoint>/retire", retire_endpoint_page, name="retire_endpoint"),
    path("endpoints/<uuid:endpoint>/test", test_endpoint, name="test_endpoint"),
    path("p/<slug:slug>/judges", judges, name="judges"),
    path("p/<slug:slug>/judges/new", new_judge, name="new_judge"),
    path("p/<slug:slug>/judges/<uuid:judge>/edit", edit_judge, name="edit_judge"),
    path("p/<slug:slug>/responses/<uuid:response>/ratio", ratio, name="ratio"),
    path("p/<slug:slug>/judges/compare", compare_judges, name="compare_judges"),
    path("p/<slug:slug>/judges/requirements", requirements, name="requirements"),
    path("p/<slug:slug>/judges/<uuid:judge>", judge, name="judge"),
    path("p/<slug:slug>/judges/<uuid:judge>/card", make_card, name="make_card"),
    path("p/<slug:slug>/judges/prompts", judge_prompts, name="judge_prompts"),
    path("p/<slug:slug>/judges/prompts/edit", judge_prompt, name="judge_prompt"),
    path("p/<slug:slug>/judges/prompts/preview", preview_judge_prompt, name="preview_judge_prompt"),
    path("p/<slug:slug>/judges/prompts/try", try_judge_prompt, name="try_judge_prompt"),
    path("p/<slug:slug>/rubrics", rubrics, name="rubrics"),
    path("p/<slug:slug>/rubrics/edit", rubric, name="rubric"),
]
