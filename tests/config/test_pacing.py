"""Letters go before confirmations, in a time that stands still unless somebody works or sleeps."""

from huiying.config.pacing import SHARE, Pace


class Machine:
    """One thread's clock, what it has spent of the processor, and the letters that came."""

    def __init__(self) -> None:
        self.now, self.spent, self.letters, self.slept = 1000.0, 3.0, 50_000, 0.0

    def pace(self) -> Pace:
        return Pace(lambda: self.letters, lambda: self.now, lambda: self.spent, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds

    def send(self, pace: Pace, *, times: int, letters: float, waiting: float = 0.0) -> float:
        """Send so many notices, of 5 ms each, while `letters` come in a second; how long it took."""
        began, before = self.now, self.letters
        for _each in range(times):
            self.spent += 0.005
            self.now += 0.005 + waiting
            self.letters = before + int(letters * (self.now - began))
            pace.rest()
        return self.now - began


def test_nothing_is_slowed_where_few_letters_come():
    machine = Machine()
    pace = machine.pace()
    machine.send(pace, times=1000, letters=5)
    assert machine.slept == 0


def test_sending_keeps_to_its_share_while_many_letters_come_and_goes_on_after():
    machine = Machine()
    pace = machine.pace()
    machine.send(pace, times=300, letters=400)  # the first look, and the second that tells
    before = machine.spent
    took = machine.send(pace, times=200, letters=400)
    assert 0.9 * SHARE < (machine.spent - before) / took <= SHARE * 1.01
    machine.send(pace, times=100, letters=0)
    slept = machine.slept
    machine.send(pace, times=1000, letters=0)
    assert machine.slept == slept


def test_who_waits_for_a_mail_server_has_rested_already():
    machine = Machine()
    pace = machine.pace()
    machine.send(pace, times=100, letters=400, waiting=0.1)
    assert machine.slept == 0
