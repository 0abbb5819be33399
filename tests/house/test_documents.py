"""The documents: links lead somewhere, both languages say the same, nothing but the product is spoken of."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiying.insight.figures import FIGURES, SUMS
from huiying.insight.states import Decision

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "huiying"
SHIPPED = ("src", "tests", "docs", "tools", "bench", "requirements", "deploy", ".ci")
LEFT_OUT = {".git", "__pycache__", "vendor"}
NO_NOUNS = {"config", "faces", "locale", "sample"}
GENERATED = {"bench/latest.json"}
LONGEST_README = 10

DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *PACKAGE.rglob("*.md"))
    if not LEFT_OUT & set(path.parts)
)
NOUNS = sorted(
    path.parent for path in PACKAGE.glob("*/__init__.py") if path.parent.name not in NO_NOUNS
)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
NAMED_PATH = re.compile(
    r"(?:src|tests|docs|tools|bench|requirements|deploy)/[\w./*-]+|[a-z_]+/[a-z_/]+\.py"
)
ANCHOR = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"^    (make \w+) +#", re.MULTILINE)
POINT = re.compile(r"^\d+\. \*\*", re.MULTILINE)

# Written in pieces, so that this file does not name what it looks for.
MACHINE = re.compile("|".join([r"/wo" + r"rk\b", r"/ro" + r"ot/", r"/tmp/" + r"s\b"]))
MADE = re.compile(
    r"\b("
    + "|".join(
        [
            "cl" + "aude",
            "anth" + "ropic",
            "open" + "ai",
            "chat" + "gpt",
            "co" + "pilot",
            "sub" + "agents?",
            "language " + "models?",
            "ai[- ]" + "generated",
            "ai " + "assistants?",
            r"issue #?" + r"\d+",
            "DESIGN" + r"\.md",
            "STYLE" + r"\.md",
            "STACK" + r"\.md",
        ]
    )
    + r")\b",
    re.IGNORECASE,
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """The document without its fenced blocks, which are not ours to link."""
    return re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


def slug(heading: str) -> str:
    """The anchor that a forge makes of a heading."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in ANCHOR.findall(path.read_text())}


def dead_links(path: Path) -> Iterator[str]:
    for target in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (anchor and slug(anchor) not in anchors(found)):
            yield target


def dead_names(path: Path) -> Iterator[str]:
    """Paths of this repository that the document names in code marks and that are not there."""
    for code in CODE.findall(prose(path)):
        named = NAMED_PATH.fullmatch(code.partition("::")[0])
        if not named or named[0] in GENERATED:
            continue
        found = [
            each
            for place in (ROOT, PACKAGE, path.parent)
            for each in place.glob(named[0].rstrip("/"))
        ]
        test = code.partition("::")[2]
        if not found or (test and f"def {test}(" not in found[0].read_text()):
            yield code


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path):
    assert list(dead_links(path)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_path_that_a_document_names_is_there(path):
    assert list(dead_names(path)) == []


@pytest.mark.parametrize("folder", NOUNS, ids=lambda folder: folder.name)
def test_each_noun_says_in_ten_lines_what_it_owns(folder):
    readme = folder / "README.md"
    assert readme.exists()
    assert len(readme.read_text().strip().splitlines()) <= LONGEST_README


def test_both_readmes_name_the_same_two_commands():
    chinese, english = (
        COMMAND.findall((ROOT / name).read_text()) for name in ("README.zh-CN.md", "README.md")
    )
    assert chinese == english == ["make demo", "make test"]


def test_both_readmes_promise_the_same_seven_things():
    counts = [
        len(POINT.findall((ROOT / name).read_text())) for name in ("README.zh-CN.md", "README.md")
    ]
    assert counts == [7, 7]


def test_every_package_that_runs_is_listed_with_its_reason():
    wanted = (ROOT / "requirements" / "run.in").read_text().lower()
    names = re.findall(r"^([a-z0-9-]+)", wanted, re.MULTILINE)
    rows = (ROOT / "docs" / "dependencies.md").read_text().lower()
    spoken = {"psycopg": "psycopg 3"}
    assert [name for name in names if f"| {spoken.get(name, name)}" not in rows] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name
)
def test_a_decision_has_its_four_parts(path):
    text = path.read_text()
    parts = ["**Context.**", "**Decision.**", "**Refused.**", "**Risks.**"]
    assert [part for part in parts if part not in text] == []


def test_the_brief_defines_every_figure_and_every_reason_to_decide():
    text = (ROOT / "docs" / "brief.md").read_text()
    keys = [*FIGURES, *Decision.values]
    assert [
        key for key in keys if not re.search(rf"^\|[^|]*`{key}`[^|]*\|", text, re.MULTILINE)
    ] == []
    for whole, parts in SUMS:
        assert " + ".join(f"`{part}`" for part in parts) in text, whole


def catalogue(word: str) -> set[str]:
    """Every `msgid` or `msgstr` of the Chinese catalogue."""
    files = list((PACKAGE / "locale").rglob("*.po"))
    joined = "\n".join(path.read_text().replace('"\n"', "") for path in files)
    return set(re.findall(rf'^{word}(?:\[0\])? "(.*)"$', joined, re.MULTILINE))


@pytest.mark.parametrize(
    ("guide", "word"), [("guide.zh-CN.md", "msgstr"), ("guide.en.md", "msgid")]
)
def test_labels_that_a_guide_names_stand_on_the_pages(guide, word):
    named = re.findall(r"\*\*([^*]+)\*\*", (ROOT / "docs" / guide).read_text())
    labels = {re.sub(r"\s+", " ", label) for label in named} - {"粗体", "bold"}
    assert len(labels) > 20
    assert sorted(labels - catalogue(word)) == []


def texts() -> Iterator[tuple[Path, str]]:
    """Every text that is part of the repository."""
    folders = [path for name in SHIPPED for path in (ROOT / name).rglob("*")]
    for path in (*ROOT.glob("*"), *folders):
        if not path.is_file() or LEFT_OUT & set(path.parts) or name_of(path) in GENERATED:
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize("pattern", [MACHINE, MADE], ids=["machine", "made"])
def test_nothing_but_the_product_is_spoken_of(pattern):
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_the_checks_see_what_is_wrong(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A b\n[x](gone.md) [y](#a-b) [z](#c) `tests/gone.py` `casework/states.py`\n")
    assert list(dead_links(page)) == ["gone.md", "#c"]
    assert list(dead_names(page)) == ["tests/gone.py"]
    assert MACHINE.search("see " + "/wo" + "rk/main")
    assert MADE.search("Written by an " + "AI assist" + "ant")
