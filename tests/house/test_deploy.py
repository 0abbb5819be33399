"""The examples in deploy/: read by the programs that will read them, and naming nothing that is not there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
VARIABLE = re.compile(r"\b((?:HUIYING|DATABASE|PG)_[A-Z_]+)\b")
OF_COMPOSE = {"HUIYING_OWNER_PASSWORD", "HUIYING_APP_PASSWORD"}
CLOSED = {"NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict"}
EXECUTABLE = "/opt/huiying/.venv/bin/huiying"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_understands_every_unit(tmp_path):
    copies = []
    for unit in UNITS:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace(EXECUTABLE, "/bin/true"))
        copies.append(str(copy))
    result = subprocess.run(
        ["systemd-analyze", "verify", *copies], check=False, capture_output=True, text=True
    )
    said = [line for line in result.stderr.splitlines() if "huiying" in line]
    assert (result.returncode, said) == (0, [])


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name
)
def test_every_service_is_closed(unit):
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))
    assert {name: settings.get(name) for name in CLOSED} == CLOSED
    assert settings["User"] == "huiying"
    assert settings["ExecStart"].startswith(EXECUTABLE)


def test_every_variable_of_the_examples_is_one_of_ours():
    said = set(re.findall(r"`([A-Z_]+)(?:=[^`]*)?`", OPERATIONS)) | OF_COMPOSE
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert set(VARIABLE.findall(path.read_text())) <= said, path.name


def test_the_shell_reads_the_script_of_the_roles():
    assert subprocess.run(["sh", "-n", DEPLOY / "database-roles.sh"], check=False).returncode == 0


def test_no_container_of_ours_runs_as_root_or_writes_its_own_file_system():
    compose = (DEPLOY / "compose.yaml").read_text()
    ours = compose[compose.index("x-huiying") : compose.index("services:")]
    for line in ('user: "10001:10001"', "read_only: true", "cap_drop: [ALL]"):
        assert line in ours
    assert re.search(r"^USER huiying$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
