"""The application as granian loads it; as a command, the tables and one public queue."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "project"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

if __name__ == "__main__":
    from django.core.management import call_command
    from helpdesk.models import Queue  # type: ignore[import-not-found]

    call_command("migrate", verbosity=0)
    Queue.objects.get_or_create(
        slug="web", defaults={"title": "Web", "allow_public_submission": True}
    )
    sys.stdout.write(str(Queue.objects.get(slug="web").pk))
