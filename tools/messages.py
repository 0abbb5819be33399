"""Brings the Chinese catalogue up to the source strings, or (`--check`) fails where one is missing.

Needs GNU gettext. `make messages` rewrites django.po and django.mo; `--check` works on a copy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "huiying"
CATALOGUE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"

# Without msgmerge's guesses: a text that only looks alike is no translation.
MAKE_MESSAGES = """
from django.core.management import call_command
from django.core.management.commands.makemessages import Command
import django
django.setup()
Command.msgmerge_options = [*Command.msgmerge_options, "--no-fuzzy-matching"]
options = {"no_location": True, "no_obsolete": True, "no_wrap": True, "verbosity": 0}
call_command("makemessages", locale=["zh_Hans"], **options)
"""


def run(*command: str, cwd: Path) -> str:
    """The command's output; its own complaint and a non-zero exit end this one too."""
    done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


def extract(package: Path) -> None:
    """Run Django's makemessages inside `package`, whose catalogue is brought up to date."""
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {
            "HUIYING_DATA": data,
            "DATABASE_URL": "postgresql://nobody@localhost/none",
            "HUIYING_POOL": "0",
            "DJANGO_SETTINGS_MODULE": "huiying.config.settings",
        }
        subprocess.run(
            [sys.executable, "-c", MAKE_MESSAGES], cwd=package, env=environment, check=True
        )
    catalogue = package / CATALOGUE
    lines = catalogue.read_text().splitlines(keepends=True)
    dated = ("POT-Creation-Date", "PO-Revision-Date")
    catalogue.write_text("".join(line for line in lines if not any(d in line for d in dated)))


def missing(package: Path) -> str:
    """The entries that have no translation or an unsure one, as PO text; empty when complete."""
    untranslated = run("msgattrib", "--untranslated", "--no-wrap", str(CATALOGUE), cwd=package)
    fuzzy = run("msgattrib", "--only-fuzzy", "--no-wrap", str(CATALOGUE), cwd=package)
    return "\n".join(text for text in (untranslated, fuzzy) if text.count("msgid ") > 1)


def compile_catalogue(package: Path) -> None:
    target = (package / CATALOGUE).with_suffix(".mo")
    run("msgfmt", "--check-format", "-o", str(target), str(CATALOGUE), cwd=package)


def check() -> int:
    """0 where the committed catalogue and its compiled form are complete and current."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "huiying"
        shutil.copytree(
            PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "sample")
        )
        extract(copy)
        lacking = missing(copy)
        if lacking:
            print("These strings lack a Chinese text (run `make messages`, then translate them):")
            print(lacking)
            return 1
        compile_catalogue(copy)
        compiled = CATALOGUE.with_suffix(".mo")
        if (copy / compiled).read_bytes() != (PACKAGE / compiled).read_bytes():
            print("django.mo is not what django.po gives; run `make messages`.")
            return 1
    return 0


def main() -> int:
    if shutil.which("msgfmt") is None:
        print(
            "GNU gettext is needed: apt install gettext, or brew install gettext.", file=sys.stderr
        )
        return 1
    if "--check" in sys.argv:
        return check()
    (PACKAGE / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    extract(PACKAGE)
    compile_catalogue(PACKAGE)
    lacking = missing(PACKAGE)
    print(lacking or "Every string has its Chinese text.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
