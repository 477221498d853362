from django.contrib import admin
from django.urls import include, path

from core.views import errors

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("", include("annotate.urls")),  # first, for it is where people spend their days
    path("", include("core.urls")),
    path("", include("synth.urls")),
    path("admin/", admin.site.urls),
]
