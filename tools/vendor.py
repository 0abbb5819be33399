"""Refreshes the vendored front-end files: `python tools/vendor.py [--check]`.

Needs `npm` for fetching only; nothing here runs Node when the product runs. `--check` compares the
files in the checkout with the hash list and fetches nothing.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/huiying/faces/look/static/vendor"
HASHES = TARGET / "hashes.json"
PACKAGES = {"govuk-frontend": "6.6.0", "htmx.org": "4.0.1"}

# Parts of the base that Huiying does not use. Leaving them out drops the crest, the crown and
# everything else that belongs to GOV.UK alone, and more than half of the bytes.
UNUSED = (
    "accordion|back-link|caption|cookie-banner|crest|exit-this-page|feedback|file-upload-button|"
    "footer|generic-header|grid|header|language-navigation|logo|notification-banner|pagination|"
    "panel|password-input|phase-banner|section-break|service-navigation|summary-card|tabs|task-list|"
    "inset-text|warning-text|link-image|body-lead|frontend-supported"
)
UNUSED_SELECTOR = re.compile(r"\.govuk-(?:\\!|(?:" + UNUSED + r")(?![a-z]))")
FONT = "GDS Transport,arial,sans-serif"

# The npm package ships no licence file; this is the one of its repository.
MIT = """The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

Rule = tuple[str, "str | list[Rule]"]


def read_rules(css: str) -> list[Rule]:
    """Splits CSS without comments into (prelude, body); an at-rule's body is a list of rules."""
    rules: list[Rule] = []
    at = 0
    while (opening := css.find("{", at)) != -1:
        prelude, depth, end = css[at:opening].strip(), 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        body = css[opening + 1 : end - 1]
        nested = prelude.startswith(("@media", "@supports"))
        rules.append((prelude, read_rules(body) if nested else body))
        at = end
    return rules


def kept(rules: list[Rule]) -> list[str]:
    """The rules worth keeping, written out one a line."""
    lines = []
    for prelude, body in rules:
        if isinstance(body, list):
            inner = kept(body)
            if inner:
                lines.append(f"{prelude}{{{''.join(inner)}}}")
        elif not prelude.startswith(("@font-face", "@charset")):
            selectors = [
                part for part in split_selectors(prelude) if not UNUSED_SELECTOR.search(part)
            ]
            if selectors and body:
                lines.append(f"{','.join(selectors)}{{{body}}}")
    return lines


def split_selectors(prelude: str) -> list[str]:
    return re.split(r",(?![^(]*\))", prelude)


def our_base(css: str) -> str:
    """The govuk-frontend sheet as Huiying uses it: in a layer, without its font, crest and crown."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r'@charset "[^"]*";', "", css)
    text = "\n".join(kept(read_rules(css))).replace(FONT, "var(--hy-font)")
    dangling = re.findall(r"url\([^)]*\)", text)
    if dangling:
        raise SystemExit(f"vendor: dangling addresses left in the base sheet: {dangling}")
    notice = (
        "/*! govuk-frontend {}, MIT, (c) Crown copyright (Government Digital Service). Reduced. */"
    )
    return f"{notice.format(PACKAGES['govuk-frontend'])}\n@layer base {{\n{text}\n}}\n"


def fetch(name: str, version: str, folder: Path) -> Path:
    """Fetches one package with npm and unpacks it; the folder of its files."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"],
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout.split()[-1]  # fmt: skip
    target = folder / name
    with tarfile.open(folder / packed) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def refresh() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as scratch:
        found = {name: fetch(name, version, Path(scratch)) for name, version in PACKAGES.items()}
        govuk, htmx = found["govuk-frontend"], found["htmx.org"]
        script = (htmx / "dist/htmx.min.js").read_text()
        script = re.sub(r"\n?//# sourceMappingURL=.*\s*$", "\n", script)
        texts = {
            "govuk-base.css": our_base((govuk / "dist/govuk/govuk-frontend.min.css").read_text()),
            "htmx.min.js": f"/*! htmx {PACKAGES['htmx.org']}, 0BSD */\n{script}",
            "LICENSE-govuk-frontend.txt": MIT,
            "LICENSE-htmx.txt": (htmx / "LICENSE").read_text(),
        }
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (TARGET / name).write_text(text)
    return {name: digest(TARGET / name) for name in sorted(texts)}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def changed_files() -> list[str]:
    """Names of vendored files that are missing, changed by hand or not in the list."""
    listed = json.loads(HASHES.read_text())["files"]
    present = {path.name for path in TARGET.iterdir() if path != HASHES}
    differing = [n for n, h in listed.items() if n not in present or digest(TARGET / n) != h]
    return sorted({*differing, *(present - listed.keys())})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the hash list only")
    if parser.parse_args().check:
        changed = changed_files()
        print("vendor: " + (f"differing from the hash list: {changed}" if changed else "as listed"))
        return 1 if changed else 0
    listing = {"packages": PACKAGES, "files": refresh()}
    HASHES.write_text(json.dumps(listing, indent=2) + "\n")
    print(f"vendor: wrote {len(listing['files'])} files to {TARGET.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
