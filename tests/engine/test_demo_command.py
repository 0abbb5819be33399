"""`huiying demo` as a newcomer starts it: pages at once, the sample beside it, and all of it once."""

import signal
import urllib.request
from pathlib import Path

import pytest

from tests.engine.commands import HUIYING, answer, eventually, free_port, running

pytestmark = pytest.mark.slow
PATIENCE = 300  # on a machine that does much else at the same time


def last_part(said: str) -> str:
    return said.partition("Everything is loaded")[2]


def start(data_folder: Path, log: Path) -> str:
    """Start the demo, wait until everything is loaded, look, and stop it; what it said."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(data_folder, *HUIYING, "demo", "--port", str(port), log=log) as demo:
        eventually(lambda: answer(f"{url}/") > 0, PATIENCE, "the first page")
        text = log.read_text
        eventually(lambda: "password of all" in text(), PATIENCE, "the first word on who signs in")
        eventually(lambda: "Everything is loaded" in text(), PATIENCE, "the end of the loading")
        eventually(lambda: "password of all" in last_part(text()), PATIENCE, "the last word")
        assert not (data_folder / "demo-loading").exists()
        with urllib.request.urlopen(
            f"{url}/zh-hans/desk/sign-in/?as=clerk.lin", timeout=30
        ) as page:
            shown = page.read().decode()
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 0
    password = (data_folder / "demo-password").read_text().strip()
    assert password in log.read_text()
    assert password in shown
    assert "clerk.lin" in shown
    assert "示例" not in shown
    return log.read_text()


def test_the_demo_loads_its_sample_once(data, tmp_path):
    said = start(data, tmp_path / "first.log")
    assert "Invented letters: all 134." in said
    assert said.count("clerk.lin") == 2
    assert said.index("still being loaded") < said.index("Invented letters: all 134.")
    assert "Traceback" not in said
    assert "ERROR" not in said
    again = start(data, tmp_path / "second.log")
    assert "Invented letters" not in again
    assert "City of Boston" not in again
