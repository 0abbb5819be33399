"""What a receipt is given again by must stay the same from one release to the next."""

import json
from dataclasses import asdict

from huiying.intake.letters import Letter, letter_replay, replay_of
from huiying.intake.states import Wish


def test_the_key_of_a_letter_is_made_of_all_its_parts():
    letter = Letter(
        body="路灯坏了", wish=Wish.PUBLIC, named_units=("water", "estates"), files=("a",)
    )
    whole = json.dumps(asdict(letter), sort_keys=True)
    assert letter_replay(letter, "key") == replay_of("key", whole)
