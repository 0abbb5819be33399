"""Every page template names its context, and uses nothing that the context does not have."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import Context, Template
from django.template.base import FilterExpression, Node, Variable

import huiying
from huiying import faces

PACKAGE = Path(huiying.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.html"))
PAGE = re.compile(r"^\{# page: (\w+) #\}\n")
INPUTS = re.compile(r"^\{# inputs: [^#]+#\}|^\{# inputs: |^\{% comment")


def page_classes() -> dict[str, type]:
    """Every dataclass of the faces, by name."""
    found: dict[str, type] = {}
    for module_info in pkgutil.walk_packages(faces.__path__, "huiying.faces."):
        module = importlib.import_module(module_info.name)
        found |= {
            name: value
            for name, value in vars(module).items()
            if inspect.isclass(value) and dataclasses.is_dataclass(value)
        }
    return found


def expressions(node: object, seen: set[int]) -> Iterator[str]:
    """The variables that a node and everything below it looks up."""
    if isinstance(node, (list, tuple)):
        for each in node:
            yield from expressions(each, seen)
        return
    if id(node) in seen:
        return
    seen.add(id(node))  # only what the template keeps alive: a temporary list's id comes again
    if isinstance(node, Variable):
        yield str(node.var)
    elif isinstance(node, FilterExpression):
        yield from expressions(node.var, seen)
        for _function, arguments in node.filters:
            for _lookup, argument in arguments:
                yield from expressions(argument, seen)
    elif isinstance(node, dict):
        yield from expressions(list(node.values()), seen)
    elif isinstance(node, Node) or type(node).__module__.startswith("django.template"):
        yield from expressions(list(vars(node).values()), seen)


def looked_up(path: Path) -> set[str]:
    """Attributes of `page` that the template at `path` asks for."""
    template = Template(path.read_text())
    names = expressions(list(template.nodelist), set())
    return {name.split(".")[1] for name in names if name.startswith("page.")}


def has(page: type, name: str) -> bool:
    fields = {field.name for field in dataclasses.fields(page)}
    return name in fields or hasattr(page, name)


def is_component(path: Path) -> bool:
    named = "components" in path.parts or path.name.startswith("_")
    return named or path.read_text().startswith("{# inputs: ")


def is_base(path: Path) -> bool:
    return path.name.startswith("base") or "gallery" in str(path)


# 403.html, 404.html and 500.html are rendered by Django, which gives them no page.
BARE = [path for path in TEMPLATES if path.parent.name == "templates"]
PAGES = [
    path for path in TEMPLATES if not is_component(path) and not is_base(path) and path not in BARE
]
COMPONENTS = [path for path in TEMPLATES if is_component(path)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_asks_only_for_what_its_context_has(path):
    named = PAGE.match(path.read_text())
    assert named, f"{path} must begin with {{# page: NameOfDataclass #}}"
    page = page_classes().get(named.group(1))
    assert page is not None, f"{named.group(1)} is no dataclass of the faces"
    lacking = {name for name in looked_up(path) if not has(page, name)}
    assert not lacking, f"{path.name} asks {named.group(1)} for {sorted(lacking)}"


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_a_component_lists_its_inputs(path):
    assert INPUTS.match(path.read_text()), f"{path} must begin with {{# inputs: … #}}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_that_the_content_security_policy_would_refuse(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/ld\+json)", text)
    assert "<style" not in text
    assert "|safe" not in text
    assert "autoescape off" not in text


def test_the_check_sees_a_name_that_is_not_there(tmp_path):
    @dataclasses.dataclass
    class Small:
        title: str

    path = tmp_path / "x.html"
    path.write_text("{# page: Small #}\n{% if page.gone %}{{ page.title|upper }}{% endif %}")
    assert looked_up(path) == {"gone", "title"}
    assert not has(Small, "gone")
    assert Template("{{ page.title }}").render(Context({"page": Small("x")})) == "x"
