"""What the tests of the faces share."""

from __future__ import annotations

import pytest

from settings import Settings
from tests.web.standins import FakeChain


@pytest.fixture
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture
def settings() -> Settings:
    return Settings()
