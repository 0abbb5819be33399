"""`huiying route`: trains the routing model on settled cases, and tries it on files.

`evaluate` needs no database.
"""

import argparse
import csv
import gzip
import importlib
import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid
from huiying.routing.errors import TooFewLetters

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

COLUMNS = ("label", "title", "body")
LARGEST = 1 << 30  # bytes of a file, unpacked
LONGEST_CELL = 1 << 24


def add(subparsers: "Subparsers") -> None:
    """`evaluate TRAIN TEST [--json] [--threshold T]`, `train [--if-due]`, `rehearse FILE`, `try NUMBER`."""
    parser = subparsers.add_parser("route", help="Learn to suggest categories, and try how well.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    evaluate = acts.add_parser("evaluate", help="train on one file, try it on another")
    for name, purpose in (("train", "learned from"), ("test", "tried on")):
        evaluate.add_argument(
            name,
            type=Path,
            metavar=name.upper(),
            help=f"letters {purpose}: CSV, or .csv.gz, with the columns {', '.join(COLUMNS)}",
        )
    evaluate.add_argument("--json", action="store_true", help="figures for a machine")
    evaluate.add_argument(
        "--threshold",
        type=_share,
        help="say nothing below this likelihood (0 to 1); the trained one unless given",
    )
    training = acts.add_parser("train", help="learn from the settled cases of this installation")
    training.add_argument(
        "--if-due", action="store_true", help="only where enough was settled since the last time"
    )

    rehearsing = acts.add_parser("rehearse", help="try a file of rules on past cases")
    rehearsing.add_argument("file", type=Path, metavar="FILE", help="rules as TOML")
    rehearsing.add_argument("--last", type=int, default=1000, help="how many letters (1000)")
    rehearsing.add_argument("--json", action="store_true", help="for a machine")

    trying = acts.add_parser("try", help="try a version of the model on past letters")
    trying.add_argument("number", type=int, metavar="NUMBER", help="which version")
    trying.add_argument("--threshold", type=_share, help="say nothing below this likelihood")
    trying.add_argument("--last", type=int, default=2000, help="how many letters (2000)")
    trying.add_argument("--json", action="store_true", help="for a machine")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a number from 0 to 1")
    return share


def run(args: argparse.Namespace) -> int:
    """Do the act; 1 where it was refused."""
    acts = {"train": _train, "rehearse": _rehearse, "try": _try, "evaluate": _evaluate_files}
    return acts[args.act](args)


def _rehearse(args: argparse.Namespace) -> int:
    """Print which past cases would have gone elsewhere; nothing is changed."""
    with installation.ready():
        rehearsing = importlib.import_module("huiying.casework.landing.rehearsing")
        actions = importlib.import_module("huiying.routing.rules.actions")
        reads = importlib.import_module("huiying.routing.rules.reads")
        try:
            then = actions.read_known(args.file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, Invalid) as refusal:
            say(str(refusal))
            return 1
        now = reads.rules_of(reads.rules_in_force())
        tried = rehearsing.rehearse(SYSTEM, now, then, most=max(args.last, 1))
    if args.json:
        print(json.dumps(asdict(tried), ensure_ascii=False))
        return 0
    print(
        f"{tried.n:,} letters; a rule fits {tried.fitted:,}; "
        f"{tried.total:,} would have gone elsewhere."
    )
    for each in tried.gone:
        before, after = (
            " ".join(filter(None, end)) or "no rule" for end in (each.before, each.after)
        )
        some = ", ".join(map(str, each.numbers))
        print(f"{each.count:8,}  {before} -> {after}  ({each.stood:,} ended there)  {some}")
    return 0


def _try(args: argparse.Namespace) -> int:
    """Print to which units past letters would have gone by this version; nothing is changed."""
    with installation.ready():
        trying = importlib.import_module("huiying.casework.landing.trying")
        tried = importlib.import_module("huiying.casework.landing.tried")
        learned = importlib.import_module("huiying.routing.learned")
        version = learned.version(args.number)
        if version is None:
            say(f"There is no version {args.number}.")
            return 1
        threshold = version.threshold if args.threshold is None else args.threshold
        found = trying.try_version(
            version, threshold, learned.use_in_force(), tell=_silent, most=max(args.last, 1)
        )
        told = tried.told(SYSTEM, found)
    if args.json:
        print(json.dumps(asdict(told), ensure_ascii=False))
        return 0
    print(f"{told.n:,} letters, {told.learned_from:,} of them perhaps learned from.")
    print(f"in use:  speaks on {told.spoke_now:,}, right on {told.right_now:,}")
    print(f"then:    speaks on {told.spoke:,}, right on {told.right:,}")
    for line in told.gone:
        before, after = line.before or "silence", line.after or "silence"
        print(f"{line.count:8,}  {before} -> {after}  ({line.ended:,} led by it)")
    return 0


def _silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def _train(args: argparse.Namespace) -> int:
    """Keep a version that was learned from the settled cases; nobody is suggested anything by it yet."""
    with installation.ready():
        training = importlib.import_module("huiying.casework.landing.training")
        if args.if_due and not training.is_due():
            say("Too little was settled since the last training.")
            return 0
        try:
            kept = training.train_and_keep(actor=SYSTEM)
        except TooFewLetters as refusal:
            say(str(refusal))
            return 1
    print(f"Version {kept.number}: {kept.letters} letters, {kept.categories} categories.")
    print("It suggests once two people have brought it into use (desk, Suggestions).")
    return 0


def _evaluate_files(args: argparse.Namespace) -> int:
    """Print the figures; 1 where a file cannot be used."""
    # These are slow to import, and wanted by this command alone.
    learning = importlib.import_module("huiying.routing.learning")
    try:
        train, test = (_letters(file, learning) for file in (args.train, args.test))
        figures = _evaluate(train, test, args.threshold)
    except Unreadable as error:
        say(str(error))
        return 1
    except TooFewLetters:
        say(
            f"{args.train} has too few letters: two categories with ten letters each are the least."
        )
        return 1
    print(json.dumps(figures.as_json(), ensure_ascii=False) if args.json else _table(figures))
    return 0


class Unreadable(Exception):
    """A file is not what was asked for; the words say which and why."""


def _letters(file: Path, learning: Any) -> list[Any]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        packed = file.read_bytes()
        text = _unpacked(packed) if packed[:2] == b"\x1f\x8b" else packed
        rows = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise Unreadable(f"{file} has no column {', '.join(missing)}.")
        return [
            learning.Labelled(row["title"] or "", row["body"] or "", row["label"])
            for row in rows
            if row["label"]
        ]
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise Unreadable(f"{file} cannot be read: {error}") from error


def _unpacked(packed: bytes) -> bytes:
    with gzip.open(io.BytesIO(packed)) as opened:
        text = opened.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise Unreadable("A file that unpacks to more than 1 GB is not read.")
    return text


def _evaluate(train: list[Any], test: list[Any], threshold: float | None) -> Any:
    learning = importlib.import_module("huiying.routing.learning")
    grams = importlib.import_module("huiying.routing.grams")
    measuring = importlib.import_module("huiying.routing.measuring")
    if not test:
        raise Unreadable("There is no letter to try it on.")
    model = learning.train(train)
    likely = model.likely([grams.plain(letter.title, letter.body) for letter in test])
    return measuring.figures(
        [letter.category for letter in test],
        model.categories,
        likely,
        model.threshold if threshold is None else threshold,
    )


def _table(figures: Any) -> str:
    lines = [
        f"{figures.n:,} letters",
        f"first suggestion right     {figures.accuracy:7.1%}",
        f"macro-F1                   {figures.macro_f1:7.3f}",
        f"something said on          {figures.coverage:7.1%}  (at {figures.threshold:.2f} and above)",
        f"right where it was said    {figures.accuracy_covered:7.1%}",
        f"calibration error (ECE)    {figures.ece:7.3f}",
        "",
        f"{'letters':>8} {'right':>7} {'found':>7} {'F1':>6}  category",
    ]
    lines += [
        f"{each.n:8,} {each.precision:7.1%} {each.recall:7.1%} {each.f1:6.3f}  {each.category}"
        for each in figures.per_class
    ]
    return "\n".join(lines)
