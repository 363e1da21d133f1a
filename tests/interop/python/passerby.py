"""The program `passerby`, with a vault of its own."""
import json
import os
import pathlib
import subprocess
import tempfile

ANNA = {"given_name": "Anna", "family_name": "Beispiel", "address": {"postal_code": "01069"}}


class Wallet:
    """A vault with Anna's details; `run` gives the exit code and the one object that was printed."""

    def __init__(self, trust_anchors):
        self._folder = tempfile.TemporaryDirectory(prefix="passerby-interop-")
        folder = pathlib.Path(self._folder.name)
        (folder / "passphrase").write_text("a passphrase for tests only\n")
        (folder / "details.json").write_text(json.dumps(ANNA))
        self._options = ["--vault", str(folder / "vault.db"), "--passphrase-file", str(folder / "passphrase"), "--json",
                         "--trust-anchors", str(trust_anchors)]
        for words in (["init", "--stretching", "least"], ["set", "--file", str(folder / "details.json")]):
            code, said = self.run(*words)
            assert code == 0, said

    def run(self, *words):
        done = subprocess.run([os.environ["PASSERBY_PROGRAM"], *self._options, *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    def remove(self):
        self._folder.cleanup()
