import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.intake.receipts import (
    CODE_DIGITS,
    LOOKALIKES,
    SECRET_LENGTH,
    grouped,
    matches,
    new_code,
    read_code,
    read_secret,
    secret_of,
)


def test_a_code_has_twelve_digits_and_is_read_back_however_it_is_typed():
    for _draw in range(200):
        code = new_code()
        assert len(code) == CODE_DIGITS
        assert code.isdigit()
        full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
        for typed in (code, grouped(code), f" {code[:4]}-{code[4:8]}—{code[8:]} ", full_width):
            assert read_code(typed) == code


@given(place=st.integers(0, CODE_DIGITS - 1), shift=st.integers(1, 9))
def test_the_check_digit_sees_any_one_wrong_digit(place, shift):
    code = new_code()
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    assert read_code(wrong) is None


@pytest.mark.parametrize(
    "typed", ["", "abc", "1234", "١٢٣٤٥٦٧٨٩٠١٢", "🙂" * 12, "0" * 40, "\0" * 12]
)
def test_what_is_no_code_is_none(typed):
    assert read_code(typed) is None


def test_the_secret_is_the_same_each_time_and_forgives_how_it_is_typed():
    code = new_code()
    secret = secret_of(code, 1)
    assert len(secret) == SECRET_LENGTH
    assert secret == secret_of(code, 1)
    assert matches(code, 1, f"  {secret[:5].upper()} {secret[5:]} ")
    assert matches(code, 1, secret.replace("0", "O").replace("1", "l"))
    assert not matches(new_code(), 1, secret)


@given(st.text(max_size=30))
def test_no_guess_fits_and_none_breaks_it(typed):
    assert not matches("123456789018", 1, typed) or read_secret(typed) == secret_of(
        "123456789018", 1
    )


def test_look_alike_letters_are_no_part_of_a_secret():
    secrets = {secret_of(new_code(), 1) for _draw in range(100)}
    assert len(secrets) == 100
    assert not any(chr(letter) in secret for secret in secrets for letter in LOOKALIKES)
