"""A vault and its backup made by the real program, read by the reader that knows only the document."""

import json
import os
import subprocess

from read_backup import open_backup, unmark

DETAILS = {
    "name": "Ada \u201cdie Erste\u201d Passerby",
    "email": "ada@home.example",
    "address": {"street_address": "Long Lane 12\nBackyard", "postal_code": "01234"},
}
PASSPHRASE = "correct horse battery staple"


def test_what_the_program_wrote_is_what_the_stranger_reads(tmp_path):
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    (tmp_path / "details.json").write_text(json.dumps(DETAILS), encoding="utf-8")

    def run(*arguments):
        command = [os.environ["PASSERBY_PROGRAM"], "--vault", tmp_path / "vault.db"]
        command += ["--passphrase-file", tmp_path / "passphrase", "--json", *arguments]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    run("init", "--stretching", "least")
    run("set", "--file", tmp_path / "details.json")
    shown = {detail["name"]: detail["value"] for detail in run("show")["details"]}
    written = run("backup", "--to", tmp_path / "backup.json")

    head, records = open_backup((tmp_path / "backup.json").read_bytes(), PASSPHRASE)
    assert len(records) == written["records"]
    attributes = [unmark(record["value"]) for record in records if record["kind"] == "attribute"]
    assert {attribute["claim"]: attribute["value"] for attribute in attributes} == shown
    (root,) = [unmark(record["value"]) for record in records if record["kind"] == "root"]
    assert len(root) == 32 and all(0 <= byte < 256 for byte in root)

    # The words open the same.
    assert written["opens_by_words"]
    _, by_words = open_backup((tmp_path / "backup.json").read_bytes(), recovery_secret=bytes(root))
    assert by_words == records
    assert head["counter"] > 0
