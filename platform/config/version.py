"""The version of the code, as runs and manifests record it."""

from importlib.metadata import PackageNotFoundError, version


def code_version() -> str:
    try:
        return version("preferee")
    except PackageNotFoundError:
        return "unknown"
