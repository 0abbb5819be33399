from huiying.kernel.refusals import Invalid, Refusal

NOT_FOR_WRITERS = (
    "Nothing that says who wrote can be taken in: Huiying keeps no file on anyone, and there is no "
    "target for a writer's name, account, phone or address."
)


class MapRefused(Invalid):
    """The map cannot be used; the sentence says which key and why."""

    code = "map_refused"


class FileRefused(Invalid):
    """The file as a whole cannot be read, or lacks a column that the map names."""

    code = "file_refused"


class Unfit(Refusal):
    """One row does not fit; the sentence is its reason, without its content."""

    code = "unfit_row"
