"""The command line: quick to help, plain when it refuses."""

import json
import re
import subprocess
import sys

import django
import pytest

from huiying.config import cli, keys
from tests.engine.commands import huiying, surroundings


def test_help_names_every_command_and_loads_none(data):
    code = (
        "import contextlib, sys\n"
        "from huiying.config import cli\n"
        "with contextlib.suppress(SystemExit): cli.main(['--help'])\n"
        "print([name for name in sys.modules if name in"
        " ('granian', 'procrastinate', 'huiying.config.settings', 'django.db.models')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env=surroundings(data),
    )
    assert result.stdout.splitlines()[-1] == "[]"
    for name in cli.COMMANDS:
        assert re.search(rf"^    {name}\s", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(set(cli.COMMANDS) - {"manage"}))
def test_every_command_has_help_of_its_own(name, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: huiying {name}")


def test_what_follows_manage_goes_to_django(data):
    result = huiying(data, "manage", "--version")
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == django.__version__


@pytest.mark.parametrize("words", [[], ["nonsense"]])
def test_a_wrong_call_is_two(data, words):
    assert huiying(data, *words).returncode == 2


def test_a_wrong_setting_is_a_sentence_without_the_secret(data):
    result = huiying(data, "migrate", DATABASE_URL="mysql://me:s3cret@there/it")
    assert result.returncode == 1
    assert "DATABASE_URL must look like" in result.stderr
    assert "s3cret" not in result.stderr + result.stdout
    result = huiying(data, "migrate", HUIYING_KEYS="1:s3cret")
    assert result.returncode == 1
    assert "s3cret" not in result.stderr


def test_a_new_key_has_the_next_number_and_can_be_read(data):
    first = huiying(data, "doctor", "--new-key").stdout
    assert list(keys.parse(first)) == [1]
    second = huiying(data, "doctor", "--new-key", HUIYING_KEYS=f"7:{keys.new_key()}").stdout
    assert list(keys.parse(second)) == [8]
    assert not (data / keys.FILE_NAME).exists()


@pytest.mark.slow
def test_a_new_installation_from_migrate_to_a_first_account(data):
    """As whoever runs the tests, on the embedded default."""
    sick = huiying(data, "doctor", "--json")
    assert sick.returncode == 1
    assert found(sick, "migrations")["mend"] == "Run: huiying migrate"

    early = huiying(data, "user", "create", "zhang", "--name", "张三")
    assert (early.returncode, early.stdout) == (1, "")
    assert "huiying migrate" in early.stderr
    assert "Traceback" not in early.stderr

    done = huiying(data, "migrate")
    assert done.returncode == 0, done.stderr
    assert (data / "keys").stat().st_mode & 0o777 == 0o600

    well = huiying(data, "doctor", "--json")
    assert well.returncode == 0, well.stdout
    states = {finding["check"]: finding["state"] for finding in json.loads(well.stdout)}
    assert states["record"] == states["migrations"] == states["locale"] == "good"
    assert states["worker"] == "warning"

    (data / "keys").chmod(0o644)
    open_keys = huiying(data, "doctor")
    assert open_keys.returncode == 1
    assert f"chmod 600 {data}/keys" in open_keys.stdout
    (data / "keys").chmod(0o600)

    made = huiying(data, "user", "create", "zhang", "--name", "张三")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("Password: ")
    twice = huiying(data, "user", "create", "zhang", "--name", "张三")
    assert (twice.returncode, twice.stdout) == (1, "")
    assert "zhang: 张三; no role" in huiying(data, "user", "list").stdout


def found(result: subprocess.CompletedProcess[str], check: str) -> dict[str, str]:
    findings: list[dict[str, str]] = json.loads(result.stdout)
    (finding,) = [each for each in findings if each["check"] == check]
    return finding
