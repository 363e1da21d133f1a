"""The reader of read_backup.py against the vectors that the program reads too."""

import json
import pathlib

import pytest
from read_backup import Refused, open_backup

FOLDER = pathlib.Path(__file__).parents[2] / "vectors" / "backup"
VECTORS = sorted(FOLDER.glob("*.json"))


def test_there_are_vectors():
    assert len(VECTORS) > 20


@pytest.mark.parametrize("place", VECTORS, ids=lambda place: place.stem)
def test_vector(place):
    vector = json.loads(place.read_text(encoding="utf-8"))
    given, expect = vector["input"], vector["expect"]
    try:
        secret = given.get("recovery_secret_hex")
        secret = secret and bytes.fromhex(secret)
        head, records = open_backup(given["file"].encode(), given.get("passphrase"), secret)
    except Refused as refused:
        assert expect == {"refused": str(refused)}
    else:
        assert expect == {"ok": {"made": head["made"], "counter": head["counter"], "records": records}}
