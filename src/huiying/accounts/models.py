from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountManager(BaseUserManager["Account"]):
    """Django's manager with our natural key; accounts are made by `accounts.actions`."""


class Account(AbstractBaseUser):
    """A member of staff who signs in. Residents have none."""

    label = models.CharField(max_length=32, unique=True)
    username = models.CharField(max_length=60, unique=True)
    name = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    # Where notices about this account go; empty where nobody gave one.
    email = models.CharField(max_length=254, blank=True, default="")
    single_keys = models.BooleanField(default=True, db_default=True)  # shortcuts of one key work
    # Until when there may be words that were not sent; read with the account, it saves a look for them.
    unsent_until = models.DateTimeField(null=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []


class How(models.TextChoices):
    """How a notice comes to a member of staff."""

    NOW = "now", _("By mail, at once")
    DIGEST = "digest", _("In one mail a day")
    NEVER = "never", _("Not by mail: I look at the desk")


class NoticeChoice(models.Model):
    """Which notices a member of staff wants, by topic, and when. Hours are whole, in the agency's zone."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="notice_choice")
    co_sign = models.CharField(max_length=8, choices=How.choices, default=How.NOW)
    clock = models.CharField(max_length=8, choices=How.choices, default=How.NOW)
    duty = models.CharField(max_length=8, choices=How.choices, default=How.NOW, db_default=How.NOW)
    joint_session = models.CharField(
        max_length=8, choices=How.choices, default=How.NOW, db_default=How.NOW
    )
    quiet_from = models.SmallIntegerField(null=True)
    quiet_until = models.SmallIntegerField(null=True)
    danger_passes = models.BooleanField(default=False)
    digest_hour = models.SmallIntegerField(default=8)


class StaffSession(AbstractBaseSession):
    """One browser in which somebody is signed in, or about to be (then without an account).

    Knows no network address and no browser's name. Kept by `accounts.session_store`.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    started_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class CodeApp(models.Model):
    """The app that makes one-time codes for an account (TOTP, RFC 6238).

    Its secret is sealed under the key ring; `last_step` is the newest step whose code was used.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="code_app")
    key_number = models.IntegerField()
    sealed = models.BinaryField()
    last_step = models.BigIntegerField()
    made_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """A code that signs in once where app and passkeys are lost; its digest alone is kept."""

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once")
        ]


class Passkey(models.Model):
    """The public half of a passkey (W3C WebAuthn); `counter` is the newest that it has shown."""

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    label = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    credential = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    counter = models.BigIntegerField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class AgencyIdentity(models.Model):
    """By whom and under which name the agency's own sign-in knows an account (OpenID Connect)."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="identity")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="agency_identity_once")
        ]


class UnsentWords(models.Model):
    """What a member of staff typed on a page of the desk and has not sent: sealed, read by them alone.

    `place` names the page, and `about` the case whose words may stand in it, or the label by which the page
    is addressed, where there is one; `also_about` the other cases of a page about several.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.CharField(max_length=100)
    about = models.CharField(max_length=40, blank=True, default="")
    also_about = ArrayField(models.CharField(max_length=40), null=True)
    key_number = models.IntegerField()
    sealed = models.BinaryField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "place"], name="unsent_words_once")
        ]
        indexes = [
            models.Index(fields=["until"], name="unsent_words_until"),
            models.Index(fields=["about"], name="unsent_words_about"),
            GinIndex(fields=["also_about"], name="unsent_words_also"),
        ]
