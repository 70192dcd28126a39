"""The OpenAPI document: only where it is asked for, and true (Schemathesis asks what it allows)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from index.errors import StoreBusyError
from settings import Settings
from tests.web.standins import ARTICLE, FakeChain, an_answer, citation, interface
from web.answers import AnswerStore

OPERATIONS = {
    "POST /api/ask", "GET /v1/models", "POST /v1/chat/completions", "GET /api/articles/{article_id}",
    "GET /api/answers/{answer_id}", "POST /api/export", "POST /api/feedback", "GET /healthz", "GET /readyz",
}  # fmt: skip
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, negative_data_rejection,
]  # fmt: skip


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return FakeChain(also=citation(2, quote="Values determine the ceiling.", bold="ceiling"))


@pytest.fixture(scope="module")
def app(chain: FakeChain, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    answers = AnswerStore()
    answers.put(an_answer("Why?", answer="The articles do not say."), "Why?", ())
    return interface(chain, Settings(store=tmp_path_factory.mktemp("store"), api_docs=True), answers=answers)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_what_is_said_is_true(app: FastAPI, label: str) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operation = next(each for each in (found.ok() for found in schema.get_all_operations()) if each.label == label)
    known = {"article_id": ARTICLE.id, "answer_id": "1"}

    @bounded(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), is_known=st.booleans())
    def ask(case: Any, is_known: bool) -> None:
        if is_known and case.path_parameters:
            case.path_parameters = {name: known[name] for name in case.path_parameters}
        case.call_and_validate(checks=CHECKS)

    ask()


def test_every_operation_is_asked(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    found = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert found == OPERATIONS
    assert "ValidationError" not in str(document)


def test_an_answer_has_the_keys_that_it_is_said_to_have(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    answer = client.post("/api/ask", json={"question": "criticized?"}).json()
    assert set(answer) == set(schemas["Answer"]["required"])
    assert set(answer["citations"][0]) == set(schemas["Citation"]["required"])
    body = {"messages": [{"role": "user", "content": "criticized?"}]}
    completion = client.post("/v1/chat/completions", json=body).json()
    assert set(completion) == set(schemas["Completion"]["required"])
    assert set(completion["quoth"]) == set(answer)


@pytest.mark.parametrize("query", [{}, {"start": 30, "end": 58}])
def test_an_article_is_described(app: FastAPI, query: dict[str, int]) -> None:
    """Few of the places that Schemathesis thinks of are inside of the article."""
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)["/api/articles/{article_id}"]["GET"]
    case = operation.Case(path_parameters={"article_id": ARTICLE.id}, query=query)
    assert case.call_and_validate(checks=CHECKS).status_code == 200


def test_failures_are_described(app: FastAPI, client: TestClient, chain: FakeChain) -> None:
    chain.error = StoreBusyError("the store is busy", "wait")
    try:
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        bodies: dict[str, Any] = {
            "/api/ask": {"question": "a"},
            "/v1/chat/completions": {"messages": [{"role": "user", "content": "a"}]},
        }
        for path, body in bodies.items():
            case = schema[path]["POST"].Case(body=body, media_type="application/json")
            response = case.call()
            assert response.status_code == 503
            case.validate_response(response, checks=[response_schema_conformance, status_code_conformance])
    finally:
        chain.error = None


def test_the_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/api-docs").text
    assert all(f"<code>{operation}</code>" in page for operation in OPERATIONS)
    assert "<script" not in page and "https://" not in page
    assert set(re.findall(r'(?:href|src)="([^"]+)"', page)) == {"/quoth/article.css", "/openapi.json"}


def test_it_is_not_there_unless_asked_for(chain: FakeChain) -> None:
    app = interface(chain, Settings())
    with TestClient(app) as client:
        assert [client.get(path).status_code for path in ("/openapi.json", "/api-docs")] == [404, 404]
