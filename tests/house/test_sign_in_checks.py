"""What `huiying doctor` says of a half-configured sign-in of the agency."""

import pytest
from pytest_django import Settings

from huiying.config.sign_in_checks import check_agency_sign_in


@pytest.fixture
def complete(settings: Settings, tmp_path) -> Settings:
    (tmp_path / "roles.toml").write_text('[roles]\n"clerks" = ["clerk@desk"]\n')
    settings.OIDC_ISSUER = "https://login.agency.example"
    settings.OIDC_CLIENT_ID = "huiying"
    settings.OIDC_ROLES = str(tmp_path / "roles.toml")
    return settings


def test_nothing_or_everything_is_fine(settings: Settings, complete: Settings):
    assert check_agency_sign_in() == []
    settings.OIDC_ISSUER = ""
    settings.OIDC_ROLES = ""
    assert check_agency_sign_in() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://login.agency.example"),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_ROLES", ""),
        ("OIDC_ROLES", "/nowhere/roles.toml"),
    ],
)
def test_what_is_wrong_is_named(complete: Settings, name, value):
    setattr(complete, name, value)
    found = check_agency_sign_in()
    assert [each.id for each in found] == ["huiying.E006"]
    assert f"HUIYING_{name}" in found[0].msg
    assert found[0].hint
