"""Static files under the hash of what is in them, and what our modules import under theirs."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r"""(?P<matched>import(?s:(?P<import>[\s{].*?))\s*from\s*['"](?P<url>\./.*?)["'])"""


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Django rewrites the imports of every script, or of none; those of packages name no files."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, 'import%(import)s from "%(url)s"'),)),
    )
