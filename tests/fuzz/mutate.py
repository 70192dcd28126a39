"""Files of the zoo, damaged at random; the same `Random` gives the same damage."""

from __future__ import annotations

import gzip
import io
import zipfile
from random import Random

from tests.data.build import zipped

_PIECES = (
    *(bytes([byte]) for byte in b'\0\xff%<>"{}[(\\&,;0'),
    *(b"\r\n", b"\n\n", b"---\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xcc\x81", "🧀\u202e".encode(), b"&#x0;", b"&amp;"),
    *(
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"<table>",
        b"<p>",
        b"</p>",
        b"endobj",
        b"stream",
    ),
    *(b"-1", b"65536", b"99999999999999999999", b"\\u-1 ", b"\\bin9999999 ", b"PK\x03\x04", b"Content-Length: -1\r\n"),
    *(b"Content-Type: multipart/mixed; boundary=x\r\n", b"=?utf-8?b?//8=?="),
)
_MANY = 2000


def mutated(data: bytes, others: list[bytes], random: Random) -> bytes:
    """`data` with one to eight faults; packed files are damaged inside as often as outside."""
    if random.random() < 0.5:
        if data.startswith(b"PK\x03\x04"):
            return _rezipped(data, others, random)
        if data.startswith(b"\x1f\x8b"):
            return _regzipped(data, others, random)
    return _damaged(data, others, random)


def _damaged(data: bytes, others: list[bytes], random: Random) -> bytes:
    for _ in range(random.randint(1, 8)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.choice((0, 1, 1, 2, 8, 64, 512)))
        piece = data[start:end]
        match random.randrange(7):
            case 0:
                piece = b""
            case 1:
                piece = bytes(byte ^ (1 << random.randrange(8)) for byte in piece)
            case 2:
                piece = random.choice(_PIECES)
            case 3:
                piece = (piece or random.choice(_PIECES)) * random.choice((2, 3, _MANY))
            case 4:
                piece = random.randbytes(random.randint(1, 16))
            case 5:
                other = random.choice(others)
                at = random.randint(0, len(other))
                piece = other[at : at + random.randint(1, 256)]
            case 6:
                end = len(data) if random.random() < 0.2 else end
        data = data[:start] + piece + data[end:]
    return data


def _regzipped(data: bytes, others: list[bytes], random: Random) -> bytes:
    try:
        return gzip.compress(_damaged(gzip.decompress(data), others, random), 1)
    except EOFError:
        return _damaged(data, others, random)


def _rezipped(data: bytes, others: list[bytes], random: Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {info.filename: archive.read(info) for info in archive.infolist() if info.file_size < 1 << 20}
    except zipfile.BadZipFile:
        return _damaged(data, others, random)
    name = random.choice(sorted(files))
    return zipped({**files, name: _damaged(files[name], others, random)})
