"""On which line of a policy's text something stands, so that whoever wrote it can mend it there."""

import re
import tomllib

AT_LINE = re.compile(r"\(at line (\d+)")
HEAD = re.compile(r"\s*\[\[\s*step\s*\]\]")


def line_of(text: str, step: int, name: str) -> int:
    """Where `name` is given in the step (1 the first; 0 before all steps), or else where the step begins."""
    at, found = 0, 1
    for number, line in enumerate(text.split("\n"), start=1):
        if HEAD.match(line):
            at += 1
            found = number if at == step else found
        elif at == step and re.match(rf"\s*{re.escape(name)}\s*=", line):
            return number
    return found


def broken_at(error: tomllib.TOMLDecodeError, text: str) -> int:
    """The line at which reading stopped; the last one where the text ended too soon."""
    stopped = AT_LINE.search(str(error))
    return int(stopped.group(1)) if stopped else text.rstrip("\n").count("\n") + 1
