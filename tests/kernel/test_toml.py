"""Pasted TOML holds nobody up."""

import tomllib

import pytest

from huiying.kernel import toml


@pytest.mark.parametrize("text", ["a." * 50_000 + "a = 1", "a = " + "[" * 50_000, "a ="])
def test_what_would_take_a_minute_or_too_deep_a_stack_is_refused(text: str):
    with pytest.raises(tomllib.TOMLDecodeError):
        toml.loads(text)


def test_what_people_write_is_read():
    assert toml.loads('[[rule]]\nwords = ["a.b", "…"]\n') == {"rule": [{"words": ["a.b", "…"]}]}
