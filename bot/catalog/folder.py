"""Where the content lives when nobody says otherwise."""

from pathlib import Path


def default_folder() -> Path:
    """`content/` beside the package in a checkout; in an installed package the copy that the wheel carries."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "content"
    return beside if (beside / "topics.yaml").is_file() else package / "_content"
