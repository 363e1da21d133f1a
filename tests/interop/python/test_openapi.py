"""schemathesis against a throwaway relay: made-up calls, each with the proof that its endpoint asks for, against the OpenAPI document that
the relay itself serves. No answer of 5xx, and none that the document does not name: status, media type, shape.

503 is in the document and is one all the same: a relay that is well says it to nobody.
"""

import base64
import hashlib
import http.server
import itertools
import json
import os
import pathlib
import subprocess
import threading
import time

import pytest
import requests
import schemathesis
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FOR_SHOPS = "shop_proof"
CALLS = 60
# Most calls are those of a shop that the relay knows well; a wallet is the same whoever calls.
CALLERS = ["attested", "attested", "attested", "silent", "stranger", "nobody"]
# Names of the right form: behind the look at the form, the store is asked.
NAMES = {"id": "B" * 22, "transaction_id": "C" * 22, "grant_id": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key on P-256 and what is signed with it (ES256)."""

    numbers = itertools.count(1)

    def __init__(self, jwk=None):
        if jwk:
            read = lambda name: int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=="), "big")
            public = ec.EllipticCurvePublicNumbers(read("x"), read("y"), ec.SECP256R1())
            self._key = ec.EllipticCurvePrivateNumbers(read("d"), public).private_key()
        else:
            self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self._public = {"kty": "EC", "crv": "P-256"}
        self._public |= {name: b64u(getattr(numbers, name).to_bytes(32, "big")) for name in ("x", "y")}

    def sign(self, kind, payload):
        header = {"alg": "ES256", "typ": kind, "jwk": self._public}
        payload = {"iat": int(time.time()), "jti": f"number-{next(self.numbers)}"} | payload
        text = ".".join(b64u(json.dumps(part).encode()) for part in (header, payload))
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{b64u(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Statement(http.server.BaseHTTPRequestHandler):
    """The shop's host: a relay adds the shop when it finds its Statement here."""

    text = b""

    def do_GET(self):
        found = self.path == "/.well-known/passerby-statement.jwt"
        self.send_response(200 if found else 404)
        self.send_header("content-length", str(len(self.text) if found else 0))
        self.end_headers()
        self.wfile.write(self.text if found else b"")

    def log_message(self, *_):
        pass


class Shop:
    """A shop with keys of its own; its host shows its Statement."""

    def __init__(self, folder):
        host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Statement,), {}))
        threading.Thread(target=host.serve_forever, daemon=True).start()
        self.sector = f"shoes.localhost:{host.server_port}"
        folder.mkdir()
        (folder / "passphrase").write_text("the root key of a test\n")
        subprocess.run([os.environ["PASSERBY_SHOP_PROGRAM"], "init", "--sector", self.sector, "--name", "Shoes",
                        "--policy", f"http://{self.sector}/privacy", "--dir", folder / "keys",
                        "--passphrase-file", folder / "passphrase", "--json"], check=True, capture_output=True)
        host.RequestHandlerClass.text = (folder / "keys/statement.jwt").read_bytes().strip()
        self.statement = host.RequestHandlerClass.text.decode()
        self.key = Key(json.loads((folder / "keys/request-key.jwk").read_text()))


class World:
    """A relay; a shop that it has attested, one that has not brought its Statement yet, a stranger who names no shop, a wallet."""

    def __init__(self, folder):
        self.relay = subprocess.Popen([os.environ["PASSERBY_RELAY_PROGRAM"], "dev", "--listen", "127.0.0.1:0"],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.relay.stdout.readline().split(" on ")[1].strip()
        attested, silent = Shop(folder / "attested"), Shop(folder / "silent")
        self.callers = {"attested": (attested.sector, attested.key), "silent": (silent.sector, silent.key),
                        "stranger": ("shoes.localhost:1", Key())}
        self.wallet = Key()
        body = json.dumps({"statement": attested.statement}).encode()
        proof = self.prove("POST", "/v1/attestations", body, "attested", True)
        answer = requests.post(f"{self.address}/v1/attestations", data=body, timeout=30,
                               headers=proof | {"content-type": "application/json"})
        assert answer.status_code == 200, answer.text

    def prove(self, method, path, body, caller, for_shops):
        """The header that proves a call: for these very bytes."""
        call = {"htm": method, "htu": self.address + path}
        if not for_shops:
            return {"DPoP": self.wallet.sign("dpop+jwt", call)}
        sector, key = self.callers[caller]
        call |= {"iss": sector, "aud": self.address, "body_sha256": b64u(hashlib.sha256(body).digest())}
        return {"Authorization": f"Bearer {key.sign('passerby-shop+jwt', call)}"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("openapi"))
    yield world
    world.relay.terminate()
    assert world.relay.wait(20) == 0


@pytest.fixture(scope="module")
def served(world):
    return schemathesis.openapi.from_url(f"{world.address}/openapi.json")


DOCUMENT = json.loads((pathlib.Path(__file__).parents[3] / "docs/openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [(method, path) for path, item in DOCUMENT["paths"].items() for method in item]


def test_the_relay_serves_the_document_of_the_repository(world):
    assert requests.get(f"{world.address}/openapi.json", timeout=30).json() == DOCUMENT


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_answer_is_a_5xx_or_undocumented(world, served, method, path):
    operation = served[path][method]
    for_shops = any(FOR_SHOPS in one for one in DOCUMENT["paths"][path][method].get("security", []))
    statuses = set()

    @seed(1)
    @settings(max_examples=CALLS, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), caller=strategies.sampled_from(CALLERS), named=strategies.booleans())
    def call(case, caller, named):
        if named:
            case.path_parameters |= {name: NAMES[name] for name in case.path_parameters}
        sent = requests.Request(**case.as_transport_kwargs()).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        proof = {}
        if caller != "nobody":
            proof = world.prove(sent.method, sent.path_url.split("?")[0], body, caller, for_shops)
        response = case.call(headers=proof)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    call()
    assert len(statuses) > 1 or statuses == {200}, "nothing behind the first look was asked"
    print(method, path, sorted(statuses))
