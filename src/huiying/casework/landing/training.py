"""Trains a model on the settled cases and keeps it. Imports what is slow: for a process of its own."""

from huiying.casework.landing.settled import settled_letters, settled_since
from huiying.kernel.actors import Actor
from huiying.routing.actions.learned import keep_model
from huiying.routing.learned import newest_trained_at
from huiying.routing.learning import Labelled, train
from huiying.routing.models import Learned
from huiying.routing.suggesting import dump

LEAST_NEW = 200
SHARE_NEW = 10  # or a tenth of what the last one learned from, where that is more


def is_due() -> bool:
    """Whether enough was settled since the last training."""
    trained_at, letters = newest_trained_at()
    return settled_since(trained_at) >= max(LEAST_NEW, letters // SHARE_NEW)


def train_and_keep(*, actor: Actor) -> Learned:
    """The next version, learned from the settled cases. Raises TooFewLetters."""
    model = train([Labelled(*each) for each in settled_letters()])
    return keep_model(
        actor=actor,
        packed=dump(model),
        figures=model.about,
        categories=len(model.categories),
        threshold=model.threshold,
    )
