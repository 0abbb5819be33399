"""Names by the initials of their characters."""

import pytest

from huiying.finding.initials import MOST_WAYS, initials


@pytest.mark.parametrize(
    ("name", "ways"),
    [("交通局", "jtj"), ("　交通局", "jtj"), ("衛生局", "wsj"), ("110 报警", "110bj"),
     ("中国银行", "zgyh zgyx"), ("Housing", ""), ("", "")],
)  # fmt: skip
def test_initials(name, ways):
    assert initials(name) == ways


def test_a_name_of_many_readings_stays_short():
    assert len(initials("重行长" * 10).split()) <= MOST_WAYS
