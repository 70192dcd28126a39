"""A bucket of moto's server on this machine, and signatures as Amazon's own library makes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.auth import S3SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials  # type: ignore[import-untyped]
from moto.server import ThreadedMotoServer

from index.sources.fetch import Web
from index.sync import bucket
from index.sync.catalog import Catalog
from index.sync.run import RunReport, run_source
from index.sync.source import Source
from tests.fakes import FakeEmbeddings
from tests.index.sync.test_run import counts, stored

pytestmark = pytest.mark.store
HOST, KEY, SECRET = "127.0.0.1", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def objects(endpoint: str) -> Any:
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    client.create_bucket(Bucket="press")
    for name in ("news/2024/Brig & sea+a.txt", "news/tin.md", "news/film.mp4", "news/.trash/old.txt", "else/no.txt"):
        client.put_object(Bucket="press", Key=name, Body=f"# {name}\n\nIt is the text of {name}.".encode())
    yield client
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="press"):
        client.delete_objects(Bucket="press", Delete={"Objects": [{"Key": it["Key"]} for it in page["Contents"]]})
    client.delete_bucket(Bucket="press")


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return f"file:{path}"


def ran(store: Path, endpoint: str, **more: Any) -> RunReport:
    if not Catalog(store).list():
        values = {"private_hosts": (HOST,), "endpoint": endpoint, "place": "s3://press/news"} | more
        Catalog(store).add(Source("it", "bucket", values.pop("place"), **values))
    return run_source(store, "it", FakeEmbeddings)


def test_a_bucket_in_step(
    objects: Any, endpoint: str, tmp_path: Path, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    assert counts(ran(store, endpoint, user=KEY, password=password, prune=True)) == (2, 0, 0, 0, 0)
    assert sorted(stored(store)) == ["Brig%20%26%20sea%2Ba.txt", "tin.md"]
    asked: list[str] = []
    ask = Web.ask

    def noted(web: Any, method: str, url: str, *rest: Any, **more: Any) -> Any:
        asked.append(url)
        return ask(web, method, url, *rest, **more)

    monkeypatch.setattr(Web, "ask", noted)
    assert counts(ran(store, endpoint)) == (0, 0, 0, 2, 0)
    assert len(asked) == 1 and "list-type=2" in asked[0]  # nothing is sent again
    objects.put_object(Bucket="press", Key="news/tin.md", Body=b"# Tin\n\nTin melts early.")
    objects.delete_object(Bucket="press", Key="news/2024/Brig & sea+a.txt")
    assert counts(ran(store, endpoint)) == (0, 1, 1, 0, 0)
    assert SECRET not in (store / "sources.json").read_text() + (store / "source-items.json").read_text()


def test_a_list_in_pages_of_a_bucket_that_is_open_to_everybody(
    objects: Any, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "PAGE_OBJECTS", 2)
    for name in "abcde":
        objects.put_object(Bucket="press", Key=f"many/{name}.txt", Body=f"It is {name}.".encode(), ACL="public-read")
    assert counts(ran(tmp_path / "store", endpoint, place="s3://press/many")) == (5, 0, 0, 0, 0)
    monkeypatch.setattr(bucket, "PAGES", 2)
    report = ran(tmp_path / "store", endpoint)
    assert report.failed and "more than 2 pages" in report.errors[0].error


def test_what_is_not_there_and_whom_it_asks(objects: Any, endpoint: str, tmp_path: Path) -> None:
    report = ran(tmp_path / "one", endpoint, place="s3://no-such-bucket")
    assert report.failed and "status 404" in report.errors[0].error
    report = ran(tmp_path / "two", endpoint, private_hosts=())
    assert report.failed and "not on the public internet" in report.errors[0].error


def test_without_tls_nothing_is_signed_for_a_host_that_is_not_named(
    endpoint: str, tmp_path: Path, password: str
) -> None:
    report = ran(tmp_path / "store", endpoint, user=KEY, password=password, private_hosts=())
    assert report.failed and "without TLS" in report.errors[0].error


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/press", "encoding-type=url&list-type=2&prefix=news%2F"), ("/press/news/tin.md", ""),
        ("/press/a%20b/%E4%B8%AD~%2B%26%28%29.txt", ""),
        ("/press", "continuation-token=a%2Bb%3D%3D&encoding-type=url&list-type=2"),
    ],
)  # fmt: skip
def test_a_signature_is_the_one_that_amazon_s_library_makes(
    path: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2024, 4, 2, 10, 15, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: now)
    url = f"https://s3.eu-central-1.amazonaws.com{path}"
    request = AWSRequest("GET", f"{url}?{query}" if query else url)
    S3SigV4Auth(Credentials(KEY, SECRET), "s3", "eu-central-1").add_auth(request)
    ours = bucket.signed_headers(url, query, KEY, SECRET, "eu-central-1", "20240402T101500Z")
    assert ours["Authorization"] == request.headers["Authorization"]
    assert ours["x-amz-date"] == request.headers["X-Amz-Date"]
