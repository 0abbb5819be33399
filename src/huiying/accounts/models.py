from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
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
