from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.api.access import for_programs
from core.http import UserRequest
from core.models import Membership, Project
from core.permissions import verbs_in


@require_safe
@for_programs
def me(request: UserRequest) -> HttpResponse:
    """Who asks, and what they may do in which project."""
    user = request.user
    found = list(Project.objects.visible_to(user).order_by("slug"))
    verbs = verbs_in(user, found)
    roles = dict(Membership.objects.filter(user=user).values_list("project", "role"))
    projects = [
        {"slug": each.slug, "name": each.name, "role": roles.get(each.pk), "verbs": sorted(verbs[each.pk])}
        for each in found
    ]
    return JsonResponse({"email": user.email, "name": user.name, "projects": projects})
