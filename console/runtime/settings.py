"""Settings of the commands that need no secret, or make them: up, provision, backup, restore."""

from django.apps import AppConfig


class CommandsOnly(AppConfig):
    """The console's commands without its models, views and tasks, which need the real settings."""

    name = "console"


INSTALLED_APPS = ["console.runtime.settings.CommandsOnly"]
USE_TZ = True
