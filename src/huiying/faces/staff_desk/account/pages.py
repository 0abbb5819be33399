"""What the pages of one's own account, and the further steps of signing in, hand to their templates."""

from dataclasses import dataclass

from django import forms

type Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """`must` says that the role needs a second step before anything else; `elsewhere` that the
    agency's own sign-in keeps password and second step. Rows are (what, how it stands, address, words);
    `heard` is what was sent to this person lately.
    """

    facts: list[Row]
    sessions: list[Row]
    steps: list[Row]
    passkeys: list[Row]
    heard: list[Row]
    must: bool
    elsewhere: bool
    offers_steps: bool
    password_form: forms.Form
    language_form: forms.Form
    keys_form: forms.Form
    mail_form: forms.Form
    notices_form: forms.Form


@dataclass(frozen=True, slots=True)
class SecondStepPage:
    """`options` are empty where the account has no passkey."""

    form: forms.Form
    passkey_form: forms.Form
    options: str
    asks_app: bool


@dataclass(frozen=True, slots=True)
class PasskeyPage:
    form: forms.Form
    options: str


@dataclass(frozen=True, slots=True)
class SetUpCodesPage:
    """First the password; then `picture` (an address), `secret` in groups of four, and the first code."""

    form: forms.Form
    picture: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class NewPasskeyPage:
    """First a name and the password; then `options` for the browser."""

    form: forms.Form
    options: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryCodesPage:
    lead: str
    codes: list[str]


@dataclass(frozen=True, slots=True)
class SafetyActPage:
    """One act on how one signs in, done with the password."""

    title: str
    text: str
    submit: str
    kind: str
    form: forms.Form
