from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


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

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []


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
