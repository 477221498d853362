"""Write a project as files that trainers read."""

import argparse
from pathlib import Path
from typing import Any, get_args

from core.commands import SentenceCommand, add_by, person_of, project_named
from core.exports.conversations import Options
from core.exports.service import FORMATS, export_dataset
from core.labels.majority import Sources
from core.progress import Progress


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1.")
    return value


class Command(SentenceCommand):
    help = "Export a project: trl-dpo or trl-sft for training, preferee to take all elsewhere. Same data, same bytes."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="made where it does not exist")
        parser.add_argument("--name", default="", help="the dataset's name in the project; the format if unset")
        parser.add_argument("--sources", choices=get_args(Sources), default="people_first", help="whose votes count")
        parser.add_argument("--min-margin", type=share, default=0.0, help="leave out labels with a smaller margin")
        parser.add_argument("--test-share", type=share, default=0.1, help="share of prompts in the test split")
        parser.add_argument("--contexts", choices=("prepend", "omit"), default="prepend", help="passages of a prompt")
        parser.add_argument("--best-of", default="best-of", metavar="NAME", help="whose choice trl-sft writes")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        by = person_of(options)
        project = project_named(options["project"], "manage", by)
        named = ("sources", "min_margin", "test_share", "contexts", "best_of")
        chosen = Options(**{name: options[name] for name in named})
        with Progress("Exporting") as progress:
            version = export_dataset(
                project, options["format"], options["out"], chosen, name=options["name"], by=by, reach=progress.reach
            )
        counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in version.manifest["counts"].items())
        self.stdout.write(f"{version.dataset} version {version.number}: {counts}")
        for file in [*version.manifest["files"], {"name": "manifest.json"}]:
            self.stdout.write(f"  {options['out'] / file['name']}")
