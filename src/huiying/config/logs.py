"""How a line of the log looks. What went wrong is told by class and place, never by its message."""

import logging
import traceback
from types import TracebackType
from typing import override

type Caught = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class WithoutValues(logging.Formatter):
    """A message of the database quotes the row that it refused, so a letter would stand in the log."""

    @override
    def formatException(self, ei: Caught) -> str:
        lines = []
        error = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
