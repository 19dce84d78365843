"""What the catalog's tests share."""

from pathlib import Path

import pytest

from tests.fakes.content import ContentFolder


@pytest.fixture
def content(tmp_path: Path) -> ContentFolder:
    """A content folder with syllabus, outline and guide, and no questions yet."""
    return ContentFolder(tmp_path / "content")
