"""The web application, as granian's worker processes load it."""

import multiprocessing
import os
import signal
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from huiying.config import lifeline
from huiying.kernel import keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.config.settings")

server = multiprocessing.parent_process()
if server and server.pid:
    lifeline.tie(server.pid, signal.SIGKILL)

keys.newest()  # a ring that cannot be read stops the start, not the first letter
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise looks for it
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - loads every view now, not with the first visitor
