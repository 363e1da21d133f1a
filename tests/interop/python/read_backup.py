#!/usr/bin/env python3
"""Opens a Passerby backup and prints what is in it, with nothing of Passerby's.

Written from docs/vault-format.md and PyPI's argon2-cffi, cryptography and pynacl. In twenty years this script, or one
like it, must still do.

    read_backup.py FILE --passphrase-file FILE      a file whose first line is the passphrase
    read_backup.py FILE --recovery-secret HEX       what the 24 words spell
    read_backup.py FILE                             asks for the passphrase
"""

import argparse
import base64
import getpass
import hmac
import json
import re
import struct
import sys
import unicodedata

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
from nacl.exceptions import CryptoError

LABEL = b"passerby-vault/1"
FORMAT = "passerby-backup/1"
MOST_BYTES = 268435456
MOST_SLOTS = 16
MOST_FIELD = 4096
FLOOR = {"memory_kib": 65536, "passes": 3, "lanes": 4}
CAP = {"memory_kib": 1048576, "passes": 16, "lanes": 16}
HEAD = {"format", "vault_id", "epoch", "made", "counter", "slots", "data"}
SLOT = {"id", "kind", "parameters", "salt", "commitment", "wrapped"}
LARGEST = 2**53 - 1


class Refused(Exception):
    """The file is not opened. The word says why."""


def once(pairs):
    """An object of JSON in which no name stands twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Refused("damaged")
    return members


def refuse_float(_text):
    raise Refused("damaged")


def read_json(text):
    return json.loads(text, object_pairs_hook=once, parse_float=refuse_float, parse_constant=refuse_float)


def unbase64(text):
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Refused("damaged")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("damaged") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise Refused("damaged")
    return data


def number(value):
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise Refused("damaged")
    return value


def u64(value):
    return struct.pack(">q", value)


def bind(*parts):
    return b"".join(struct.pack(">Q", len(part)) + part for part in parts)


def subkey(key, info):
    return HKDF(algorithm=SHA256(), length=32, salt=LABEL, info=info).derive(key)


def unseal(key, bound, blob):
    """The plaintext of a sealed blob, or None."""
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(blob[24:], bound, blob[:24], key)
    except (CryptoError, ValueError):
        return None


def read_parameters(data):
    """The CBOR map of a passphrase slot."""
    try:
        if data[0] != 0xA3:
            raise Refused("slot-damaged")
        at, found = 1, {}
        for _ in range(3):
            length = data[at] - 0x60
            if not 0 <= length <= 23:
                raise Refused("slot-damaged")
            name = data[at + 1 : at + 1 + length].decode()
            at += 1 + length
            first = data[at]
            width = {0x18: 1, 0x19: 2, 0x1A: 4}.get(first, 0)
            if not width and first > 0x17:
                raise Refused("slot-damaged")
            value = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else first
            at += 1 + width
            found[name] = value
    except (IndexError, UnicodeDecodeError):
        raise Refused("slot-damaged") from None
    if at != len(data) or set(found) != set(FLOOR):
        raise Refused("slot-damaged")
    if any(not FLOOR[name] <= found[name] <= CAP[name] for name in FLOOR):
        raise Refused("stretching")
    return found


def spell(passphrase):
    """A passphrase in the one form that slots are made for."""
    spaced = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in passphrase)
    return unicodedata.normalize("NFC", spaced)


def passphrase_key(slot, passphrase):
    parameters = read_parameters(slot["parameters"])
    return hash_secret_raw(
        passphrase.encode(),
        slot["salt"],
        time_cost=parameters["passes"],
        memory_cost=parameters["memory_kib"],
        parallelism=parameters["lanes"],
        hash_len=32,
        type=Type.ID,
        version=0x13,
    )


def read_head(text):
    """The members of the file, with bytes for base64url."""
    if len(text) > MOST_BYTES:
        raise Refused("not-a-backup")
    try:
        head = read_json(text)
    except Refused:
        raise Refused("damaged" if FORMAT.encode() in text[:100] else "not-a-backup") from None
    except (ValueError, RecursionError):
        raise Refused("damaged" if FORMAT.encode() in text[:100] else "not-a-backup") from None
    if not isinstance(head, dict) or not isinstance(head.get("format"), str):
        raise Refused("not-a-backup")
    if head["format"] != FORMAT:
        raise Refused("newer" if head["format"].startswith("passerby-backup/") else "not-a-backup")
    if set(head) != HEAD or not isinstance(head["slots"], list) or len(head["slots"]) > MOST_SLOTS:
        raise Refused("damaged")
    for name in ("epoch", "made", "counter"):
        number(head[name])
    head["vault_id"], head["data"] = unbase64(head["vault_id"]), unbase64(head["data"])
    if len(head["vault_id"]) != 16 or head["counter"] < 0:
        raise Refused("damaged")
    for slot in head["slots"]:
        if not isinstance(slot, dict) or set(slot) != SLOT or not isinstance(slot["kind"], str):
            raise Refused("damaged")
        for name in SLOT - {"kind"}:
            slot[name] = unbase64(slot[name])
            if len(slot[name]) > MOST_FIELD:
                raise Refused("damaged")
        if len(slot["id"]) != 16:
            raise Refused("damaged")
    return head


def find_vault_key(head, kind, slots, derive_slot_key):
    """The vault key in the first of these slots that was made for the key that is derived for it."""
    for slot in slots:
        slot_key = derive_slot_key(slot)
        # Before anything is opened with it: the cipher does not commit to a key.
        if hmac.compare_digest(subkey(slot_key, b"commit"), slot["commitment"]):
            return unwrap(head, slot, kind, slot_key)
    raise Refused("wrong-secret" if slots else "no-slot")


def unwrap(head, slot, kind, slot_key):
    bound = bind(
        LABEL, head["vault_id"], b"slot", slot["id"], kind.encode(), slot["parameters"], slot["salt"], u64(head["epoch"])
    )
    vault_key = unseal(subkey(slot_key, b"wrap"), bound, slot["wrapped"])
    if vault_key is None or len(vault_key) != 32:
        raise Refused("slot-damaged")
    return vault_key


def open_data(head, vault_key):
    slots = []
    for slot in head["slots"]:
        slots += [slot["id"], slot["kind"].encode(), slot["parameters"], slot["salt"], slot["commitment"], slot["wrapped"]]
    bound = bind(
        LABEL,
        head["vault_id"],
        b"backup",
        u64(head["epoch"]),
        FORMAT.encode(),
        u64(head["made"]),
        u64(head["counter"]),
        u64(len(head["slots"])),
        *slots,
    )
    plaintext = unseal(subkey(vault_key, b"backup" + u64(head["epoch"])), bound, head["data"])
    if plaintext is None:
        raise Refused("damaged")
    return read_json(plaintext)


def check_records(contents):
    """The records, if they stand as the document says."""
    if not isinstance(contents, dict) or set(contents) != {"records"} or not isinstance(contents["records"], list):
        raise Refused("damaged")
    last = ""
    for record in contents["records"]:
        if not isinstance(record, dict) or set(record) != {"id", "ver", "kind", "value"}:
            raise Refused("damaged")
        ident = record["id"]
        if not isinstance(ident, str) or not re.fullmatch(r"[0-9a-f]{32}", ident) or ident <= last:
            raise Refused("damaged")
        if number(record["ver"]) < 1 or not isinstance(record["kind"], str):
            raise Refused("damaged")
        unmark(record["value"])
        last = ident
    return contents["records"]


def unmark(value):
    """A value with its marks resolved, for a reader who wants Python's own types."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        raise Refused("damaged")
    if isinstance(value, list):
        return [unmark(one) for one in value]
    if not isinstance(value, dict):
        return value
    marks = [name for name in value if name.startswith("$")]
    if not marks:
        return {name: unmark(one) for name, one in value.items()}
    if len(value) != 1:
        raise Refused("damaged")
    ((mark, inner),) = value.items()
    if mark == "$int" and isinstance(inner, str) and re.fullmatch(r"0|-?[1-9][0-9]*", inner):
        return int(inner)
    if mark == "$bytes":
        return unbase64(inner)
    if mark == "$float" and isinstance(inner, str) and re.fullmatch(r"[0-9a-f]{16}", inner):
        return struct.unpack(">d", bytes.fromhex(inner))[0]
    if mark == "$tag" and isinstance(inner, list) and len(inner) == 2:
        return ("tag", unmark(inner[0]), unmark(inner[1]))
    if mark == "$map" and isinstance(inner, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in inner):
        return ("map", [(unmark(key), unmark(one)) for key, one in inner])
    raise Refused("damaged")


def open_backup(text, passphrase=None, recovery_secret=None):
    """The head and the records of a backup file's bytes, by a passphrase or by the 32 bytes that the words spell."""
    head = read_head(text)
    if recovery_secret is not None:
        slots = [slot for slot in head["slots"] if slot["kind"] == "words"]
        vault_key = find_vault_key(head, "words", slots, lambda slot: subkey(recovery_secret, b"words" + slot["salt"]))
        return head, check_records(open_data(head, vault_key))
    slots = [slot for slot in head["slots"] if slot["kind"] == "passphrase"][:1]
    try:
        vault_key = find_vault_key(head, "passphrase", slots, lambda slot: passphrase_key(slot, spell(passphrase)))
    except Refused as refused:
        if str(refused) != "wrong-secret" or spell(passphrase) == passphrase:
            raise
        vault_key = find_vault_key(head, "passphrase", slots, lambda slot: passphrase_key(slot, passphrase))
    return head, check_records(open_data(head, vault_key))


def main():
    parser = argparse.ArgumentParser(description="Opens a Passerby backup and prints what is in it.")
    parser.add_argument("file")
    parser.add_argument("--passphrase-file", help="its first line is the passphrase")
    parser.add_argument("--recovery-secret", help="64 hexadecimal digits: the secret that the 24 words spell")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        text = file.read(MOST_BYTES + 1)
    passphrase, recovery_secret = None, None
    if arguments.recovery_secret:
        recovery_secret = bytes.fromhex(arguments.recovery_secret)
    elif arguments.passphrase_file:
        with open(arguments.passphrase_file, encoding="utf-8") as file:
            passphrase = file.readline().rstrip("\r\n")
    else:
        passphrase = getpass.getpass("Passphrase: ")
    try:
        head, records = open_backup(text, passphrase, recovery_secret)
    except Refused as refused:
        print(f"not opened: {refused}", file=sys.stderr)
        return 1
    json.dump({"made": head["made"], "counter": head["counter"], "records": records}, sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
