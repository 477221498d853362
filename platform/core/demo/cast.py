"""The people of the demo: three accounts whose passwords are made once and kept beside the data."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from core.models import Membership, Project, Role, User

PEOPLE = (("Olivia Owner", Role.OWNER), ("Anton Annotator", Role.ANNOTATOR), ("Rita Reviewer", Role.REVIEWER))


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    email: str
    password: str


def logins(folder: Path) -> list[Login]:
    """The same at every start; readable by the owner of the folder alone."""
    path = folder / "demo_logins.json"
    if not path.exists():
        made = {role.value: secrets.token_urlsafe(10) for _, role in PEOPLE}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
    passwords = json.loads(path.read_text())
    return [Login(role.value, f"{role.value}@demo.example", passwords[role.value]) for _, role in PEOPLE]


def seat(project: Project, login: Login) -> User:
    """The account of this login, a member of the project; the owner also looks after the installation."""
    name, role = next((name, role) for name, role in PEOPLE if role.value == login.role)
    user = User.objects.filter(email=login.email).first()
    if user is None:
        is_owner = role == Role.OWNER
        user = User.objects.create_user(
            login.email, login.password, name=name, is_staff=is_owner, is_superuser=is_owner
        )
    elif not user.check_password(login.password):
        user.set_password(login.password)
        user.save(update_fields=["password"])
    Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    return user
