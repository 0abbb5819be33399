"""`huiying brief`."""

import argparse
import json
import os
import subprocess
import sys

import pytest
from django.utils import translation

from huiying.config.cli import brief as command
from huiying.insight.errors import NoBrief, TooEarly, WrongHour
from huiying.insight.models import Brief
from tests.insight.conftest import on


def given(*words):
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers())
    return parser.parse_args(["brief", *words])


def printed(*words, language="en"):
    with translation.override(language):
        return command.printed(given(*words))


def test_text_in_english(case_at):
    case_at(1, 9, upto="in_progress")
    case_at(9, 10)
    text = printed("--date", "2026-03-10", "--until", "07:00")
    assert "Tuesday 10 March 2026" in text
    assert "New cases: 1 case." in text
    assert "New cases, by channel: Web form 1." in text
    assert (
        "Open when the period began: 1; new: 1; reopened: 0; split off from letters: 0; together 2."
        in text
    )


def test_html_links_its_numbers_to_their_cases(case_at):
    case_at(9, 10)
    html = printed("--date", "2026-03-10", "--format", "html")
    assert html.startswith("<!doctype html>")
    assert '<html lang="en">' in html
    assert (
        "/en/desk/briefs/2026-03-10/cases/?until=07%3A00&amp;version=1&amp;figure=received" in html
    )
    assert "PingFang SC" in html
    assert "&quot;" not in html


def test_json_is_the_same_in_every_language(case_at):
    case_at(9, 10)
    wanted = ("--date", "2026-03-10", "--format", "json")
    english = printed(*wanted)
    assert printed(*wanted, language="zh-hans") == english
    said = json.loads(english)
    assert said["figures"]["received"] == 1
    for each in said["sums"]:
        parts = sum(said["figures"][part] for part in each["parts"])
        assert said["figures"][each["whole"]] == parts


def test_a_kept_brief_is_printed_as_it_was_unless_counted_again(case_at):
    case_at(9, 10)
    wanted = ("--date", "2026-03-10", "--format", "json")
    first = printed(*wanted)
    case_at(9, 11)
    assert printed(*wanted) == first
    again = json.loads(printed(*wanted, "--recount"))
    assert (again["version"], again["figures"]["received"]) == (2, 2)
    assert json.loads(printed(*wanted, "--version", "1"))["figures"]["received"] == 1
    assert "counted again" in printed("--date", "2026-03-10")


def test_the_newest_day_and_hour_by_default(county):
    with on(10, 8):
        said = json.loads(printed("--format", "json"))
    assert (said["date"], said["until"], said["zone"]) == ("2026-03-10", "07:00", "Asia/Shanghai")


def test_another_hour_is_another_brief(case_at):
    case_at(9, 10)
    noon = json.loads(printed("--date", "2026-03-09", "--until", "12:00", "--format", "json"))
    assert noon["figures"]["received"] == 1
    assert noon["ends_at"] == "2026-03-09T04:00:00+00:00"


def test_what_is_refused(county):
    with on(10, 7), pytest.raises(TooEarly):
        printed("--date", "2026-03-10")
    with pytest.raises(WrongHour):
        printed("--until", "7 Uhr")
    with pytest.raises(NoBrief):
        printed("--date", "2026-03-10", "--version", "5")
    with pytest.raises(SystemExit):
        given("--date", "10.3.2026")
    assert Brief.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_command_itself(case_at):
    case_at(9, 10)
    call = [sys.executable, "-m", "huiying.config.cli", "brief", "--date", "2026-03-10"]
    done = subprocess.run(
        [*call, "--language", "zh-hans"],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2026年3月10日 星期二" in done.stdout
    refused = subprocess.run(
        [*call, "--version", "7"], capture_output=True, text=True, env=os.environ, check=False
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.strip()
