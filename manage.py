#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

# They make the secrets and the database that every other command's settings read.
BEFORE_SETTINGS = {"up", "provision", "backup", "restore"}

if __name__ == "__main__":
    if BEFORE_SETTINGS.intersection(sys.argv[1:2]):
        os.environ["DJANGO_SETTINGS_MODULE"] = "console.runtime.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.prod")
    execute_from_command_line(sys.argv)
