"""Settings of the commands that run before there is a secret or a database: up and provision."""

from django.apps import AppConfig


class CommandsOnly(AppConfig):
    """The console's commands without its models, views and tasks, which need the real settings."""

    name = "console"


INSTALLED_APPS = ["console.runtime.settings.CommandsOnly"]
USE_TZ = True
