"""Importing a file from a page: the list, setting one up, having it checked and read, its report."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiying.agencies.reads import unit_choices
from huiying.casework.states import State
from huiying.doors import file_actions, folder, policy, reads
from huiying.doors.errors import FileRefused, MapRefused
from huiying.doors.map_texts import as_toml
from huiying.doors.previewing import Preview
from huiying.doors.reads import FirstRow, FirstRows, ImportLine, ImportShown
from huiying.doors.states import AT_WORK, FileState
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.imports.forms import ColumnsForm, PasteForm, UploadForm, WordsForm
from huiying.faces.staff_desk.imports.words import in_words
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotAllowed, NotFound, Refusal
from huiying.routing.reads import category_groups

type Cell = Any
SHOWN_REASONS = 50
SHOWN = ("received", "state", "unit", "category", "title", "body", "answer")


@dataclass(frozen=True, slots=True)
class ImportsPage:
    form: UploadForm
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    trail: list[tuple[str, str]]
    form: ColumnsForm
    paste: PasteForm
    paste_url: str
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class WordsPage:
    trail: list[tuple[str, str]]
    form: WordsForm
    more: bool


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import; `acts` are what can be done now, (label, name, kind); `rows` what would be kept."""

    trail: list[tuple[str, str]]
    state: str
    running: bool
    checked: bool
    done: bool
    figures: list[tuple[str, int]]
    reasons: list[list[Cell]]
    more_reasons: int
    problem: str
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]
    dropped: str
    new: str
    acts: list[tuple[str, str, str]]
    edit_url: str
    words_url: str
    map_url: str
    csv_url: str
    json_url: str
    url: str


def _trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Import"), reverse("staff_desk:imports")), *more]


def _at(name: str, label: str) -> str:
    return reverse(f"staff_desk:{name}", args=[label])


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The newest imports, and a field for the next file."""
    actor = actor_of(request)
    policy.require_importer(actor)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            kept = folder.keep(sent, name=sent.name, size=sent.size)
            label = _uploaded(request, kept, sent.size)
        except FileRefused as refusal:
            form.add_error("file", in_words(str(refusal)))
        else:
            return redirect("staff_desk:import_columns", label)
    page = ImportsPage(form, _list_columns(), [_list_row(row) for row in reads.imports(actor)])
    status = 422 if request.method == "POST" else 200
    return render(request, "staff_desk/imports/list.html", {"page": page}, status=status)


def _uploaded(request: HttpRequest, kept: str, size: int) -> str:
    """Look into the file before it counts; raises FileRefused, and removes it then."""
    try:
        folder.look_into(kept)
        return file_actions.upload(actor=actor_of(request), file=kept, size=size)
    except Refusal:
        folder.remove(kept)
        raise


def _list_columns() -> list[dict[str, Any]]:
    numbers = [_("Rows read"), _("New letters"), _("Rejected")]
    return [
        {"label": _("Uploaded")},
        {"label": _("State")},
        {"label": _("By")},
        *({"label": label, "numeric": True} for label in numbers),
    ]


def _list_row(row: ImportLine) -> list[Cell]:
    when = dates.at_time(row.made_at)
    first = {"text": when, "url": _at("import", row.label)} if row.label else when
    counts = (row.read, row.imported, row.unfit)
    return [first, FileState(row.state).label, localized(row.by) or "—", *counts]


def _open(request: HttpRequest, label: str, step: str) -> ImportShown:
    """One's own import in a state in which this step can be taken; else its page shows why not."""
    shown = reads.one_import(actor_of(request), label)
    if step not in shown.acts:
        raise NotFound
    return shown


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, label: str) -> HttpResponse:
    """Say by hand which column is what."""
    shown = _open(request, label, "use_map")
    sheet = request.POST.get("sheet", shown.map.get("sheet", ""))
    first = reads.first_rows(actor_of(request), label, sheet=sheet)
    form = ColumnsForm(first, shown.map, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            text = as_toml(form.table(shown.map))
            file_actions.use_map(actor=actor_of(request), label=label, text=text)
        except MapRefused as refusal:
            form.add_error(None, in_words(str(refusal)))
        else:
            return redirect("staff_desk:import_words", label)
    status = 422 if form.is_bound else 200
    return _columns_page(request, label, first, form, PasteForm(), status)


def _columns_page(
    request: HttpRequest,
    label: str,
    first: FirstRows,
    form: ColumnsForm,
    paste: PasteForm,
    status: int,
) -> HttpResponse:
    page = ColumnsPage(
        trail=_trail((_("Columns"), "")),
        form=form,
        paste=paste,
        paste_url=_at("import_map", label),
        columns=[{"label": _("Line")}, *({"label": name} for name in first.header)],
        rows=[_first_row(row) for row in first.rows],
    )
    return render(request, "staff_desk/imports/columns.html", {"page": page}, status=status)


def _first_row(row: FirstRow) -> list[Cell]:
    """A row that cannot be read says so in its first column."""
    if row.broken:
        return [row.line, in_words(row.broken), *row.fields[1:]]
    return [row.line, *(_short(text) for text in row.fields)]


def _short(text: str) -> str:
    plain = text.replace("\0", "")
    return plain if len(plain) <= 60 else plain[:59] + "…"


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, label: str) -> HttpResponse:
    """Say what the file's words for units, states and the like mean here."""
    shown = _open(request, label, "use_map")
    found = reads.words(actor_of(request), label) if shown.map else []
    if not any(each.found for each in found):
        return redirect("staff_desk:import", label)
    form = WordsForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        table = dict(shown.map)
        meant = form.values()
        table["targets"] = dict(table["targets"])
        for each in found:
            given = table["targets"][each.target]
            target = dict(given) if isinstance(given, dict) else {"column": given}
            table["targets"][each.target] = target | {"values": meant.get(each.target, {})}
        file_actions.use_map(actor=actor_of(request), label=label, text=as_toml(table))
        return redirect("staff_desk:import", label)
    page = WordsPage(
        trail=_trail((_("Columns"), _at("import_columns", label)), (_("Words"), "")),
        form=form,
        more=any(each.more for each in found),
    )
    return render(request, "staff_desk/imports/words.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def the_map(request: HttpRequest, label: str) -> HttpResponse:
    """Take the map away as TOML, or paste one."""
    actor = actor_of(request)
    if request.method != "POST":
        return _download(reads.map_text(actor, label), "application/toml", "import-map.toml")
    shown = _open(request, label, "use_map")
    paste = PasteForm(request.POST)
    if paste.is_valid():
        try:
            file_actions.use_map(actor=actor, label=label, text=paste.cleaned_data["text"])
        except MapRefused as refusal:
            paste.add_error("text", in_words(str(refusal)))
        else:
            return redirect("staff_desk:import", label)
    first = reads.first_rows(actor, label)
    return _columns_page(request, label, first, ColumnsForm(first, shown.map), paste, 422)


@require_POST
def act(request: HttpRequest, label: str) -> HttpResponse:
    """Have the file checked, have it imported, or give it up."""
    verbs = {
        "check": file_actions.check,
        "start": file_actions.start,
        "cancel": file_actions.cancel,
    }
    wanted = verbs.get(request.POST.get("do", ""))
    policy.require_importer(actor_of(request))
    if wanted is None:
        raise NotAllowed
    wanted(actor=actor_of(request), label=label)
    if wanted is file_actions.cancel:
        messages.success(request, _("Given up. The file is removed; nothing of it was kept."))
        return redirect("staff_desk:imports")
    return redirect("staff_desk:import", label)


@require_GET
def one_import(request: HttpRequest, label: str) -> HttpResponse:
    """One import: its first rows as they would be kept, how far it is, or what became of it."""
    actor = actor_of(request)
    shown = reads.one_import(actor, label)
    if not shown.map and "use_map" in shown.acts:
        return redirect("staff_desk:import_columns", label)
    seen, problem = None, shown.problem
    if "use_map" in shown.acts:
        try:
            seen = reads.rows_as_kept(actor, label)
        except (FileRefused, MapRefused) as refusal:
            problem = problem or str(refusal)
    page = _import_page(shown, seen, problem)
    return render(request, "staff_desk/imports/import.html", {"page": page})


def _import_page(shown: ImportShown, seen: Preview | None, problem: str) -> ImportPage:
    editable = "use_map" in shown.acts
    finished = shown.state in {FileState.CHECKED, FileState.DONE}
    names = [*seen.new_units, *seen.new_categories] if seen else []
    left_out = seen.dropped_columns if seen else shown.dropped
    return ImportPage(
        trail=_trail((dates.at_time(shown.made_at), "")),
        state=str(FileState(shown.state).label),
        running=shown.state in AT_WORK,
        checked=shown.state == FileState.CHECKED,
        done=shown.state == FileState.DONE,
        figures=_figures(shown) if finished or shown.state in AT_WORK else [],
        reasons=[[line, in_words(reason)] for line, reason in shown.rejected[:SHOWN_REASONS]],
        more_reasons=max(0, shown.counts["unfit"] - SHOWN_REASONS),
        problem=in_words(problem),
        columns=[{"label": _("Line")}, *({"label": each} for each in _shown_words())],
        rows=_kept_rows(seen) if seen else [],
        dropped=", ".join(left_out),
        new=", ".join(names),
        acts=_acts(shown, problem),
        edit_url=_at("import_columns", shown.label) if editable else "",
        words_url=_at("import_words", shown.label) if editable else "",
        map_url=_at("import_map", shown.label) if shown.map else "",
        csv_url=f"{_at('import_report', shown.label)}?format=csv" if finished else "",
        json_url=f"{_at('import_report', shown.label)}?format=json" if finished else "",
        url=_at("import", shown.label),
    )


def _shown_words() -> list[str]:
    return [_("As it would be kept"), _("State"), _("Unit"), _("What it is about"), _("Answer")]


def _kept_rows(seen: Preview) -> list[list[Cell]]:
    names = _names()
    return [_kept_row(row, names) for row in seen.rows]


def _kept_row(row: Any, names: dict[str, str]) -> list[Cell]:
    if row.reason:
        reason = _("Does not fit: %(reason)s") % {"reason": in_words(row.reason)}
        return [row.line, {"text": reason}, *[""] * 4]
    kept = row.kept
    text = kept.get("title") or kept["body"]
    first = {"text": _short(text), "note": f"{kept['received']} · {kept['source_id']}"}
    codes = [kept.get(name, "") for name in ("unit", "category")]
    placed = [names.get(code, code) for code in codes]
    return [row.line, first, State(kept["state"]).label, *placed, _short(kept.get("answer", ""))]


def _names() -> dict[str, str]:
    """Names of units and categories by their codes."""
    found = {leaf.code: localized(leaf.name) for each in category_groups() for leaf in each.leaves}
    return found | {each.code: localized(each.name) for each in unit_choices(past_too=True)}


def _figures(shown: ImportShown) -> list[tuple[str, int]]:
    done = shown.state in {FileState.DONE, FileState.IMPORTING}
    new = _("New letters") if done else _("New letters, if started")
    words = {"read": _("Rows read"), "imported": new, "updated": _("Cases moved on")}
    words |= {"skipped": _("Known already"), "unfit": _("Rejected")}
    return [(label, shown.counts[name]) for name, label in words.items()]


def _acts(shown: ImportShown, problem: str) -> list[tuple[str, str, str]]:
    words = {
        "start": (_("Import now"), "primary"),
        "check": (_("Check the whole file"), "secondary" if "start" in shown.acts else "primary"),
        "cancel": (_("Give up and remove the file"), "link"),
    }
    wanted = [name for name in words if name in shown.acts]
    if problem and "check" in wanted and not shown.problem:
        wanted.remove("check")  # its first rows cannot even be read by this map
    return [(words[name][0], name, words[name][1]) for name in wanted]


@require_GET
def report(request: HttpRequest, label: str) -> HttpResponse:
    """What became of the rows, to take away: lines and reasons, nothing of what stands in them."""
    shown = reads.one_import(actor_of(request), label)
    if request.GET.get("format") == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows([("line", "reason"), *shown.rejected])
        return _download("\ufeff" + text.getvalue(), "text/csv", "import-rejected.csv")
    said = {
        "state": shown.state,
        **shown.counts,
        "rejected": [{"line": line, "reason": reason} for line, reason in shown.rejected],
        "dropped_columns": list(shown.dropped),
    }
    text_json = json.dumps(said, ensure_ascii=False, indent=1)
    return _download(text_json, "application/json", "import-report.json")


def _download(content: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urls = [
    path("imports/", imports, name="imports"),
    path("imports/<slug:label>/", one_import, name="import"),
    path("imports/<slug:label>/columns/", columns, name="import_columns"),
    path("imports/<slug:label>/words/", words, name="import_words"),
    path("imports/<slug:label>/map/", the_map, name="import_map"),
    path("imports/<slug:label>/act/", act, name="import_act"),
    path("imports/<slug:label>/report/", report, name="import_report"),
]
