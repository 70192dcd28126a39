"""`app.py status`: what is indexed, and whether it is healthy."""

from __future__ import annotations

import pytest

from tests.commands.running import run

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("plain_environment")]


def test_status_says_what_is_indexed_and_that_every_vector_is_there(built, articles):
    store, made = built
    status = run("status", "--store", store, "--json", "--verify").data
    assert (status["articles"], status["healthy"], status["verified"], status["problem"]) == (2, True, True, None)
    assert (status["generation"], status["built_from"]) == (made.data["generation"], str(articles))
    assert status["embedding_model"] == "all-MiniLM-L6-v2"
    assert "healthy: True\n" in run("status", "--store", store).out
