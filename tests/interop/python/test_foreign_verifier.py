"""Two strangers judge what the real `passerby` sends.

`polaris-oid4vp` is a strict HAIP verifier: TLS, x509_hash, a request object made anew for the wallet's nonce, ECDH-ES, and issuers
by their keys. `sd-jwt` is the reference of RFC 9901, which says whether a profile has the right form.
"""
import base64
import json
import pathlib
import tempfile
import unittest
from urllib.parse import urlencode

from jwcrypto.jwk import JWK
from polaris_oid4vp import cli
from polaris_oid4vp.jwe import decrypt_response
from polaris_oid4vp.serve import serve
from polaris_oid4vp.verifier import Verifier
from sd_jwt.verifier import SDJWTVerifier

from passerby import ANNA, Wallet

HOST = "verifier.localhost"
PROFILE = "urn:passerby:vct:self-asserted-profile:1"
CLAIMS = ["given_name", "family_name", "address.postal_code"]


def part_of(jws, index):
    text = jws.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def turn(text, at):
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]


class Polaris:
    """The verifier on a free port, with certificates of its own making."""

    def __init__(self, folder):
        cli.keygen(folder, HOST)
        self.trusted = folder / "trusted.pem"
        self.trusted.write_text((folder / "anchor.pem").read_text() + (folder / "tls.pem").read_text())
        self.verdicts, self.forms = [], []
        self._httpd = serve(None, host="127.0.0.1", port=0, certfile=folder / "tls.pem", keyfile=folder / "tls-key.pem",
                            on_verdict=lambda status, body, verdict: self.verdicts.append((status, body, verdict)))
        origin = f"https://{HOST}:{self._httpd.server_address[1]}"
        paths = [["given_name"], ["family_name"], ["address", "postal_code"]]
        self.verifier = Verifier(client_cert_pem=(folder / "client.pem").read_bytes(),
                                 client_key_pem=(folder / "client-key.pem").read_bytes(),
                                 request_uri=f"{origin}/request.jwt", response_uri=f"{origin}/response",
                                 issuer_jwks=[], claims=paths, vct_values=[PROFILE])
        judge = self.verifier.handle_direct_post

        def record(form):
            self.forms.append(form)
            return judge(form)

        self.verifier.handle_direct_post = record
        self._httpd.RequestHandlerClass.verifier = self.verifier

    def ask(self):
        session, _ = self.verifier.new_request()
        return session, "haip-vp://?" + urlencode(self.verifier.authorization_request_params(session))

    def close(self):
        self._httpd.shutdown()
        self._httpd.server_close()


class ForeignVerifiers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="passerby-interop-")
        cls.polaris = Polaris(pathlib.Path(cls.folder.name))
        cls.wallet = Wallet(cls.polaris.trusted)

    @classmethod
    def tearDownClass(cls):
        cls.polaris.close()
        cls.wallet.remove()
        cls.folder.cleanup()

    def answer(self):
        """One request, opened and approved: the session, the wallet's last word, and what it sent."""
        session, link = self.polaris.ask()
        code, said = self.wallet.run("open", link)
        self.assertEqual(code, 0, said)
        self.assertTrue(said["request"]["foreign"])
        code, said = self.wallet.run("approve", str(said["request"]["number"]))
        response = decrypt_response(self.polaris.forms[-1]["response"][0], session.enc_key)
        [presentation] = response["vp_token"][self.polaris.verifier.query_id]
        return session, (code, said), presentation

    def test_polaris_accepts_the_right_key_and_no_other(self):
        self.polaris.verifier.issuer_jwks = [json.loads(JWK.generate(kty="EC", crv="P-256").export_public())]
        for jwk in self.polaris.verifier.issuer_jwks:
            jwk.pop("kid", None)
        _, (code, said), presentation = self.answer()
        self.assertEqual((code, said["error"]["code"], said["error"]["sent"]), (3, "host-refused", "not-taken"))
        status, _, verdict = self.polaris.verdicts[-1]
        self.assertEqual((status, verdict.code), (400, "issuer_signature"))

        # A pseudonym is the same at the same host: whoever was seen once is known again.
        self.polaris.verifier.issuer_jwks = [part_of(presentation, 1)["cnf"]["jwk"]]
        _, (code, said), _ = self.answer()
        self.assertEqual(code, 0, (said, self.polaris.verdicts[-1]))
        status, body, verdict = self.polaris.verdicts[-1]
        self.assertEqual((status, list(body), verdict.authentic), (200, ["redirect_uri"], True))
        self.assertEqual(verdict.claims["family_name"], ANNA["family_name"])
        self.assertEqual(verdict.claims["address"], {"postal_code": ANNA["address"]["postal_code"]})
        self.assertEqual(said["released"], sorted(CLAIMS))

    def test_the_reference_reads_the_profile_and_its_key_binding(self):
        session, _, presentation = self.answer()
        audience = self.polaris.verifier.client_id
        key = JWK.from_json(json.dumps(part_of(presentation, 1)["cnf"]["jwk"]))

        def judge(text, key=key, nonce=session.nonce, audience=audience):
            return SDJWTVerifier(text, lambda issuer, header: key, audience, nonce).get_verified_payload()

        payload = judge(presentation)
        self.assertEqual(payload["given_name"], ANNA["given_name"])
        self.assertEqual(payload["address"], {"postal_code": ANNA["address"]["postal_code"]})
        self.assertEqual(payload["vct"], PROFILE)

        issued, *disclosures, binding = presentation.split("~")
        altered = {
            "another issuer": dict(key=JWK.generate(kty="EC", crv="P-256")),
            "another nonce": dict(nonce="another"),
            "another audience": dict(audience="x509_hash:another"),
            "a turned bit in the signature": dict(text="~".join([turn(issued, -20), *disclosures, binding])),
            "a turned bit in the key binding": dict(text="~".join([issued, *disclosures, turn(binding, -20)])),
            "a disclosure taken away": dict(text="~".join([issued, *disclosures[1:], binding])),
        }
        for what, change in altered.items():
            with self.subTest(what), self.assertRaises(Exception):
                judge(change.pop("text", presentation), **change)

    def test_an_altered_request_is_refused_by_the_wallet(self):
        session, link = self.polaris.ask()
        real = self.polaris.verifier.request_object
        self.polaris.verifier.request_object = lambda *given, **named: turn(real(*given, **named), -20)
        try:
            code, said = self.wallet.run("open", link)
        finally:
            self.polaris.verifier.request_object = real
        self.assertEqual((code, said["error"]["code"]), (3, "request-signature"))
