"""Endpoints from a shell: list them, add one from a file, test one."""

import argparse
from pathlib import Path
from typing import Any

from core.commands import SentenceCommand, add_by, person_of
from core.errors import PrefereeError
from core.models import User
from synth.endpoint_files import bring
from synth.endpoints import has_key
from synth.models import Endpoint
from synth.trying import Tested, tested_of, try_endpoint


class Command(SentenceCommand):
    help = (
        "endpoints list; endpoints add FILE.yaml (an endpoint of that name becomes what the file says); endpoints test "
        "NAME. Exit code 1 where a test does not reach it."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", "add", "test"])
        parser.add_argument("what", nargs="?", metavar="FILE|NAME")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        by = _staff(person_of(options))
        if options["verb"] == "list":
            self._list()
        elif not options["what"]:
            raise PrefereeError("Name a file to add, or an endpoint to test.")
        elif options["verb"] == "add":
            self._add(Path(options["what"]), by)
        else:
            self._test(options["what"], by)

    def _list(self) -> None:
        for each in Endpoint.objects.order_by("name"):
            state = "retired" if each.retired else "outside" if each.external else "inside"
            self.stdout.write(f"{each.name:<24} {each.kind:<13} {state:<8} {each.model:<32} {_result(tested_of(each))}")

    def _add(self, path: Path, by: User | None) -> None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PrefereeError(f"{path} cannot be read as text.") from error
        endpoint, is_new = bring(text, path.name, by=by)
        self.stdout.write(f"{endpoint.name} {'was added' if is_new else 'is now as the file says'}.")
        if endpoint.key_variable and not has_key(endpoint):
            self.stdout.write(f"{endpoint.key_variable} is not set here. The workers need it.")

    def _test(self, name: str, by: User | None) -> None:
        """A local model is loaded: whoever types this can wait."""
        endpoint = Endpoint.objects.filter(name=name).first()
        if endpoint is None:
            raise PrefereeError(f"There is no endpoint “{name}”. manage.py endpoints list shows them.")
        tested = try_endpoint(endpoint, load=True, by=by)
        if not tested.reached:
            raise PrefereeError(f"{name}: {tested.sentence}")
        self.stdout.write(f"{name}: {_result(tested)}")


def _staff(person: User | None) -> User | None:
    if person is not None and not person.is_staff:
        raise PrefereeError(f"{person.email}: Only staff of this installation set up endpoints.")
    return person


def _result(tested: Tested | None) -> str:
    if tested is None:
        return "not tested"
    if not tested.reached:
        return f"not reached: {tested.sentence[:80]}"
    pace = f", {tested.pace:.0f} tokens a second" if tested.pace else ""
    tells = [name for name, able in (("probabilities", tested.logprobs), ("JSON schema", tested.schema)) if able]
    return f"reached{pace}{''.join(f', {name}' for name in tells)}"
