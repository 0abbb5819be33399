"""Writing in over HTTP."""

import pytest

from tests.public_site.conftest import Writer, text_of

pytestmark = pytest.mark.django_db


def test_the_least_that_can_be_written_gets_a_receipt(writer: Writer):
    response = writer.write()
    assert response.status_code == 200, text_of(response)
    assert len(writer.code) == 12
    opened = writer.open()
    assert opened.status_code == 303
    page = writer.letter()
    assert page.status_code == 200
    print(text_of(page))
