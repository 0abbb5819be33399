"""Every test runs as the application's role, on a database of its own process."""

import gc
import os
from collections.abc import Iterator

import pytest

from tests import provisioning

SETTINGS = "DJANGO_SETTINGS_MODULE"
if SETTINGS in os.environ:
    raise pytest.UsageError(
        f"Unset {SETTINGS}: the tests arrange the environment before it is read"
    )

# What is made until the last test is collected stays to the end: looking through it again and again for
# what could go would take a third of that time, and later a tenth of the tests'.
gc.disable()

RUN = provisioning.arrange()  # before Django reads its settings
os.environ[SETTINGS] = "huiying.config.settings"

import django  # noqa: E402

django.setup()
del os.environ[SETTINGS]  # or else the processes of pytest-xdist would read it before they arrange

from django.conf import settings as installation  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from django.utils import translation  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402
from pytest_django import DjangoDbBlocker  # noqa: E402

# The same examples in every run, however slow the machine: a run says whether this change is good, and
# nothing else. `pytest --hypothesis-profile=searching` looks for new ones.
PATIENT = settings(
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("steady", PATIENT, derandomize=True)
settings.register_profile("searching", PATIENT)
settings.load_profile("steady")

# Signing in costs an installation 100 MiB and a tenth of a second, and a test next to nothing.
installation.PASSWORD_HASHERS = ["tests.people.QuickHasher"]

pytest_plugins = ["tests.people", "tests.guards", "tests.scene"]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's: a clone of the migrated template, and a new one after each test
    that commits. (Django's own flush truncates, which the record's triggers refuse.)"""

    def begin_again(_case: TransactionTestCase) -> None:
        connections.close_all()
        provisioning.clone(RUN)

    with provisioning.provided(RUN), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", begin_again)
        with django_db_blocker.unblock():
            yield
            connections.close_all()


@pytest.fixture(autouse=True)
def usual_language() -> None:
    """A page in English leaves its language to the next test of this process."""
    translation.deactivate()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: begun last, one of them would leave the other processes idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_unconfigure() -> None:
    provisioning.tidy_up(RUN)
