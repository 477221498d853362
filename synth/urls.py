from django.urls import URLPattern, path

from synth.views.endpoints import endpoint, endpoints, new_endpoint, retire_endpoint_page, test_endpoint

urlpatterns: list[URLPattern] = [
    path("endpoints", endpoints, name="endpoints"),
    path("endpoints/new", new_endpoint, name="new_endpoint"),
    path("endpoints/<uuid:endpoint>", endpoint, name="endpoint"),
    path("endpoints/<uuid:endpoint>/retire", retire_endpoint_page, name="retire_endpoint"),
    path("endpoints/<uuid:endpoint>/test", test_endpoint, name="test_endpoint"),
]
