"""What all tests share."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """With ``--dist loadgroup`` a file stays on one worker, so that what it prepares is prepared once.

    Tests that are slow one by one carry a group of their own (tests/lessons/test_notebooks.py): two at a time.
    """
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
