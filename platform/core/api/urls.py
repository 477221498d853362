from django.urls import path

from core.api.me import me

urlpatterns = [path("me", me, name="api_me")]
