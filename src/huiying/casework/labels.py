"""How the record calls a case."""

from huiying.casework.models import CaseFile


def subject(case: CaseFile) -> str:
    """The label by which the record knows this case."""
    return f"case:{case.label}"
