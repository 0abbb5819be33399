"""The learned suggestion: what it reads, what it keeps, what it says, and that it is the same each time."""

import argparse
import csv
import gzip
import io
import json
import os
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest

from huiying.config.cli import route
from huiying.routing import measuring
from huiying.routing.errors import TooFewLetters
from huiying.routing.grams import LEAST_LETTERS, grams, plain, spelled, words_of
from huiying.routing.learning import Labelled, train
from huiying.routing.suggesting import Model, digest, dump, load, offered
from tests.shared import shared

ABOUT = {
    "roads": [
        "路面破损",
        "坑洼不平",
        "井盖松动",
        "人行道塌陷",
        "路口积水",
        "pothole in the street",
    ],
    "water": ["水压太低", "停水三天", "水管漏水", "自来水发黄", "水表不准", "no water pressure"],
    "schools": ["学位不足", "老师补课", "校车晚点", "学费太贵", "食堂不干净", "school bus is late"],
}
FILLING = ["我家附近", "请尽快处理", "已经很久了", "大家都有意见", "谢谢你们", "please have a look"]


def letters(count: int = 180, seed: int = 1) -> list[Labelled]:
    """Invented letters on three matters, each of a few phrases in changing order."""
    chance = random.Random(seed)
    names = list(ABOUT)
    made = []
    for number in range(count):
        category = names[number % len(names)]
        said = chance.sample(ABOUT[category], 2) + chance.sample(FILLING, 3)
        chance.shuffle(said)
        title = said[0] if number % 2 else ""
        made.append(Labelled(title, "，".join(said), category))
    return made


@pytest.fixture(scope="module")
def model() -> Model:
    return train(letters())


def first(model: Model, body: str, title: str = "") -> str:
    row = model.likely([plain(title, body)])[0]
    return model.categories[int(row.argmax())]


def runs(text: str) -> set[str]:
    found = grams([plain("", text)], {})
    return {spelled(int(key), ())[1] for key in found.key}


def test_it_reads_runs_of_one_to_three_characters_and_none_across_a_stop():
    found = runs("路坏了，修")
    assert found == {"路", "坏", "了", "修", "路坏", "坏了", "路坏了"}


def test_a_number_a_phone_and_a_name_after_a_cue_never_reach_it():
    read = plain("", "我叫张晓明，电话13800138000，住12栋，漏水").whole
    assert "138" not in read
    assert "12" not in read
    assert "晓明" not in read
    assert "漏水" in read


def test_widths_cases_and_traditional_characters_are_one():
    assert plain("", "ＡＢＣ漏水嚴重").whole == plain("", "abc漏水严重").whole


def test_a_letter_of_nothing_is_read_as_nothing():
    assert plain("", "……！！ \n\t").whole == ""
    assert not len(grams([plain("", "")], {}).key)


def test_a_title_counts_apart_and_the_opening_stands_in_for_one():
    assert plain("漏水", "三天了").title == "漏水"
    assert plain("", "水管漏水三天了").title == "水管漏水三天了"


def test_a_latin_word_is_one_character_to_it():
    known = [plain("", "the pothole is deep")] * LEAST_LETTERS
    words = words_of(known)
    assert words == ("deep", "is", "pothole", "the")
    assert words_of(known[1:]) == ()


def test_it_suggests_what_the_letters_were_about(model):
    assert first(model, "村口路面破损，坑洼不平") == "roads"
    assert first(model, "家里水压太低") == "water"
    assert first(model, "the school bus is late again") == "schools"
    assert first(model, "請看：學費太貴") == "schools"


def test_likelihoods_add_up_and_three_come_likeliest_first(model):
    likely = model.likely([plain(each.title, each.body) for each in letters(30, seed=9)])
    assert np.allclose(likely.sum(axis=1), 1, atol=1e-5)
    offers = model.with_threshold(0).offers(plain("", "水管漏水，停水三天"))
    assert offers[0].category == "water"
    assert [each.likely for each in offers] == sorted(
        (each.likely for each in offers), reverse=True
    )
    assert len(offers) == 3


def test_below_the_threshold_it_says_nothing(model):
    unsure = plain("", "请尽快处理，谢谢你们")
    sure = plain("", "水管漏水，停水三天，自来水发黄")
    strict = model.with_threshold(float(model.likely([sure]).max()) - 1e-4)
    assert strict.offers(sure)
    assert strict.offers(unsure) == ()
    assert offered(strict, [sure, unsure])[1] == ()


def test_words_that_it_has_never_seen_say_nothing_and_do_no_harm(model):
    row = model.likely([plain("", "🦄🦄 ꙮꙮ"), plain("", "")])
    assert np.allclose(row[0], row[1])
    assert np.isfinite(row).all()


def test_it_says_which_words_of_the_letter_speak_for_it(model):
    offers = model.with_threshold(0).offers(plain("", "你们好，水管漏水，请看"))
    said = offers[0].because
    assert any("漏水" in each or "水管" in each for each in said)
    assert all(each in "你们好水管漏水请看" for each in said)


def test_what_stands_in_fewer_than_five_letters_is_not_kept():
    rare = [Labelled("", f"{each.body}，赤水谣", each.category) for each in letters()[:4]]
    kept = train(letters()[4:] + rare)
    spoken = {spelled(int(key), kept.words)[1] for key in kept.vocabulary}
    assert not any("谣" in each for each in spoken)
    assert any("漏水" in each for each in spoken)
    often = [Labelled("", f"{each.body}，赤水谣", each.category) for each in letters()[:5]]
    kept = train(letters()[5:] + often)
    spoken = {spelled(int(key), kept.words)[1] for key in kept.vocabulary}
    assert "水谣" in spoken


def test_the_same_letters_give_the_same_bytes_and_another_seed_may_not(model):
    packed = dump(model)
    assert dump(train(letters())) == packed
    assert digest(packed) == digest(dump(load(packed)))


def test_a_model_that_was_kept_says_what_it_said(model):
    again = load(dump(model))
    asked = [plain(each.title, each.body) for each in letters(30, seed=5)]
    assert (again.likely(asked) == model.likely(asked)).all()
    assert again.offers(asked[0]) == model.offers(asked[0])


def test_nothing_in_a_model_is_ever_run():
    packed = io.BytesIO()
    np.savez(packed, json=np.array([{"format": 1}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        load(packed.getvalue())
    with pytest.raises(ValueError, match="pickle"):
        load(pickle.dumps({"format": 1}))


def test_a_category_with_few_letters_is_not_learned_and_too_few_are_refused():
    few = [Labelled("", "噪声扰民", "noise")] * 9
    assert "noise" not in train(letters() + few).categories
    with pytest.raises(TooFewLetters):
        train(letters(9))
    with pytest.raises(TooFewLetters):
        train([])


def test_letters_of_the_same_words_are_never_on_both_sides():
    """Else copies would make it look surer than it is."""
    coin = random.Random(3)
    bodies = [
        "".join(coin.sample("一乙二十丁厂七卜八人入儿九几了乃刀力又三干于亏工土士才下寸大", 12))
        for _ in range(60)
    ]
    copied = [Labelled("", body, coin.choice(["a", "b"])) for body in bodies for _copy in range(6)]
    by_body = {each.body: each.category for each in copied}
    same = [Labelled("", each.body, by_body[each.body]) for each in copied]
    assert train(same).about["unseen"]["accuracy"] < 0.8


def test_a_category_whose_letters_all_say_the_same_stops_no_training():
    """They stand in one fold, so the model that is tried on it has seen none of them."""
    same = [Labelled("", "路灯坏了，请尽快处理", "lamp")] * 12
    assert "lamp" in train([*letters(60), *same]).categories


def test_the_figures_are_those_of_the_definitions():
    likely = np.array([[0.95, 0.05], [0.8, 0.2], [0.45, 0.55], [0.3, 0.7]], dtype=np.float32)
    found = measuring.figures(["a", "b", "b", "b"], ["a", "b"], likely, 0.6)
    assert found.n == 4
    assert found.accuracy == 0.75
    assert found.coverage == 0.75
    assert found.accuracy_covered == pytest.approx(2 / 3)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)
    assert found.ece == pytest.approx((0.05 + 0.8 + 0.45 + 0.3) / 4, abs=1e-6)
    of_b = found.per_class[1]
    assert (of_b.n, of_b.suggested, of_b.precision) == (3, 2, 1.0)
    assert of_b.recall == pytest.approx(2 / 3)


def test_the_curve_falls_in_coverage_and_the_threshold_keeps_the_aim():
    sure = np.linspace(0.5, 1, 200)
    right = sure > 0.6
    points = measuring.curve(sure, right)
    assert points[0][1] == 1.0
    assert [each[1] for each in points] == sorted((each[1] for each in points), reverse=True)
    threshold = measuring.threshold_for(sure, right, 0.95)
    assert right[sure >= threshold].mean() >= 0.95
    assert measuring.threshold_for(sure, np.zeros(200, dtype=bool), 0.6) == 1.0


def test_no_page_waits_for_the_libraries_that_train():
    """They take seconds and a hundred megabytes: the web process starts without them."""
    asked = (
        "import sys, django; django.setup(); import huiying.config.urls; "
        "print([name for name in ('numpy', 'scipy', 'sklearn') if name in sys.modules])"
    )
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "huiying.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=False, env=surroundings
    )
    assert not done.returncode, done.stderr
    assert done.stdout.strip() == "[]"


def write(path, rows, packed=False):
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["label", "title", "body"])
    lines.writerows((each.category, each.title, each.body) for each in rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return str(path)


def evaluate(*arguments):
    parser = argparse.ArgumentParser()
    route.add(parser.add_subparsers())
    return route.run(parser.parse_args(["route", "evaluate", *arguments]))


def test_the_command_tries_a_model_on_files(tmp_path, capsys):
    train_file = write(tmp_path / "train.csv.gz", letters(), packed=True)
    test_file = write(tmp_path / "test.csv", letters(30, seed=7))
    assert evaluate(train_file, test_file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 30
    assert found["accuracy"] > 0.9
    assert {"macro_f1", "coverage", "accuracy_covered", "ece", "per_class"} <= set(found)
    assert {each["category"] for each in found["per_class"]} == set(ABOUT)
    assert evaluate(train_file, test_file, "--threshold", "0") == 0
    assert "100.0%" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_with_a_file(tmp_path, capsys):
    good = write(tmp_path / "good.csv", letters())
    bare = tmp_path / "bare.csv"
    bare.write_text("title,body\na,b\n")
    assert evaluate(str(bare), good) == 1
    assert "no column label" in capsys.readouterr().err
    assert evaluate(str(tmp_path / "none.csv"), good) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert evaluate(write(tmp_path / "few.csv", letters(9)), good) == 1
    assert "too few letters" in capsys.readouterr().err
    assert evaluate(good, write(tmp_path / "empty.csv", [])) == 1
    assert "no letter" in capsys.readouterr().err
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(b"label,title,body\n" * 99)[:-12])
    assert evaluate(str(torn), good) == 1


def test_on_real_letters_it_stays_as_good_as_it_was():
    """A part of what is measured in full: the guard against a loss, not the measurement."""
    file = shared("tipdm2020c-zh") / "labelled_train.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        rows = [Labelled(row["title"], row["body"], row["label"]) for row in csv.DictReader(opened)]
    random.Random(1).shuffle(rows)
    model = train(rows[:700])
    apart = rows[700:1100]
    likely = model.likely([plain(each.title, each.body) for each in apart])
    found = measuring.figures([each.category for each in apart], model.categories, likely, 0.8)
    assert found.accuracy > 0.84
    assert found.accuracy_covered > 0.93
    assert found.ece < 0.07
