"""Who acts: a label for the record and grants for the policies. No name, no address."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Grant:
    """A `name` that a policy knows, over a `scope`: a path that covers itself and all below it.

    The empty scope covers everything.
    """

    name: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """`label` is what entries say ("staff:7k2…"); `grants` is what policies ask.

    `via` names the way ("phone") by which somebody acts here for another who is with them; every entry
    of theirs says so. `spoken_by` is the label of who speaks for that other, where they do not themselves.
    """

    label: str
    grants: frozenset[Grant] = field(default_factory=frozenset)
    via: str = ""
    spoken_by: str = ""

    def has(self, *names: str) -> bool:
        """True where any grant has one of `names`, whatever its scope."""
        return any(grant.name in names for grant in self.grants)

    def scopes(self, *names: str) -> tuple[str, ...]:
        """The scopes of the grants with one of `names`, sorted."""
        return tuple(sorted({grant.scope for grant in self.grants if grant.name in names}))

    def covers(self, name: str, path: str) -> bool:
        """True where a grant `name` reaches `path`."""
        return any(path.startswith(scope) for scope in self.scopes(name))


SYSTEM = Actor("system:worker", frozenset({Grant("system")}))
STRANGER = Actor("stranger")
