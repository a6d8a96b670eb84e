"""A running instance: embedded on a loopback address, or behind TLS."""

from console.settings.base import *  # noqa: F403
