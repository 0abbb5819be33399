"""The databases under the tests: the application's role, a fresh clone after each commit."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

pytestmark = pytest.mark.server


@pytest.mark.django_db
def test_tests_run_as_the_application_and_may_not_change_tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper, current_user = pg_get_userbyid(d.datdba)"
            " FROM pg_roles r, pg_database d"
            " WHERE r.rolname = current_user AND d.datname = current_database()"
        )
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_committed_row_is_gone_in_the_next_test(turn):
    assert not ContentType.objects.filter(app_label="nowhere").exists()
    ContentType.objects.create(app_label="nowhere", model=f"thing{turn}")
