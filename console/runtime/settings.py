"""Settings of the commands that run before there is a secret or a database: up and provision."""

INSTALLED_APPS = ["console"]
USE_TZ = True
