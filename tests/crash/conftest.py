"""What crash tests share."""

from __future__ import annotations

import pytest


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many times something is done to a store; `make crash` does it 200 times."""
    return int(request.config.getoption("--kills"))
