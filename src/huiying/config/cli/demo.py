"""`huiying demo`: everything, with the sample and its accounts."""

import argparse
import importlib
import os
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import Error, connections

from huiying.config import places
from huiying.config.cli import installation, up, web
from huiying.config.cli.installation import say
from huiying.kernel.identifiers import ALPHABET
from huiying.kernel.refusals import Refusal
from huiying.sample import loading

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

PASSWORD_FILE = "demo-password"  # noqa: S105 - a name
STOP_SECONDS = 10


def add(subparsers: "Subparsers") -> None:
    """`--host`, `--port`."""
    parser = subparsers.add_parser("demo", help="Start with the sample letters and demo accounts.")
    web.add_address(parser)


def run(args: argparse.Namespace) -> int:
    """Everything, until SIGTERM or SIGINT; the sample is loaded while the pages are served."""
    if not web.is_free(args.host, args.port):
        say(web.taken(args.host, args.port))
        return 1
    up.name_port(args.port)
    password = demo_password(places.data_folder())
    os.environ |= {"HUIYING_DEMO": "1", "HUIYING_DEMO_PASSWORD": password}
    os.environ.setdefault("HUIYING_SMS", "file")
    os.environ.setdefault("HUIYING_ANSWER_WAYS", "mail,sms,letter,call")
    with installation.database() as share:
        if not installation.migrated():
            return 1
        installation.set_up_django(pool=False)
        sample = Loading(up.address_of(args.host, args.port), password)
        try:
            sample.prepare()
        except Refusal as refusal:
            say(str(refusal))
            return 1
        finally:
            connections.close_all()
        sample.thread.start()
        try:
            up.run_tree(args.host, args.port, share, sample.tell_address)
        finally:
            sample.stop()
    return 0


def demo_password(data: Path) -> str:
    """The one password of all demo accounts, made once and kept beside the data (mode 0600)."""
    path = data / PASSWORD_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        parts = ["".join(secrets.choice(ALPHABET) for _letter in range(4)) for _part in range(4)]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("-".join(parts) + "\n")
    return path.read_text().strip()


class Loading:
    """Loads the sample in a thread of its own; says who can sign in at the first page and at the end."""

    def __init__(self, address: str, password: str) -> None:
        self._address = address
        self._password = password
        self._data = places.data_folder()
        self._stop = threading.Event()
        self._answers = threading.Event()
        self._loaded = threading.Event()
        self._demo: Any = importlib.import_module("huiying.config.demo")  # needs the models
        self.thread = threading.Thread(target=self._load, name="sample", daemon=True)

    def prepare(self) -> None:
        """Raise a refusal where the sample must not be loaded; tell pages and worker that it will be."""
        self._demo.check_place()
        loading.tell(self._data, loading.Progress(*self._demo.far()))

    def tell_address(self) -> None:
        """The first page answers."""
        self._answers.set()
        if not self._loaded.is_set():
            self._tell(
                f"Huiying answers: {self._address}\n"
                "The sample is still being loaded, these accounts first."
            )

    def stop(self) -> None:
        """End the loading at the next letter; what is missing is loaded at the next start."""
        self._stop.set()
        self._answers.set()
        self.thread.join(STOP_SECONDS)

    def _load(self) -> None:
        ears = self._demo.Ears(
            say=self._say,
            go_on=lambda: not self._stop.is_set(),
            far=lambda done, whole: loading.tell(self._data, loading.Progress(done, whole)),
        )
        try:
            self._demo.load(password=self._password, ears=ears)
            if not self._stop.is_set():
                loading.finish(self._data)
            self._loaded.set()
            self._answers.wait(up.FIRST_PAGE_SECONDS)
            self._tell(f"Everything is loaded: {self._address}")
        except KeyboardInterrupt:
            return  # it was told to stop
        except Error:
            if not self._stop.is_set():
                say("The database went away. Start the demo again to load the rest of the sample.")
                raise
        finally:
            connections.close_all()

    def _say(self, sentence: str) -> None:
        if not self._stop.is_set():
            say(sentence)

    def _tell(self, first: str) -> None:
        lines = ["", first, "Sign in as:"]
        for row in self._demo.featured():
            roles = ", ".join(dict.fromkeys(held["role"] for held in row["memberships"]))
            lines.append(f"  {row['username']:22} {roles:14} {row['name']['zh-hans']}")
        lines += [f"The password of all of them: {self._password}", ""]
        self._say("\n".join(lines))
