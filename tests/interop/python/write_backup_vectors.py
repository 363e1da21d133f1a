#!/usr/bin/env python3
"""Writes tests/vectors/backup from docs/vault-format.md. Only files that are missing: a vector is never made anew."""

import base64
import json
import pathlib

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from read_backup import FORMAT, LABEL, bind, subkey, u64

FOLDER = pathlib.Path(__file__).parents[2] / "vectors" / "backup"
PASSPHRASE = "\u00dcber den Wolken"
VAULT_ID = bytes(range(16))
VAULT_KEY = bytes(range(100, 132))
MADE, COUNTER, EPOCH = 1795000000, 42, 3
SECRET = bytes(range(200, 232))
PARAMETERS = bytes.fromhex("a36a6d656d6f72795f6b69621a000100006670617373657303656c616e657304")

RECORDS = [
    {
        "id": "01a1ee8b7c00000102030405060708ff",
        "ver": 1,
        "kind": "attribute",
        "value": {"claim": "name", "value": "Ada \u201cdie Erste\u201d \U0001f45f\n", "label": None, "changed": 1795000000},
    },
    {"id": "01a1ee8b7c01000102030405060708ff", "ver": 7, "kind": "root", "value": list(range(32))},
    {
        "id": "01a1ee8b7c02000102030405060708ff",
        "ver": 2,
        "kind": "every-form",
        "value": [
            None,
            True,
            9007199254740991,
            -9007199254740991,
            {"$int": "9007199254740992"},
            {"$int": "18446744073709551615"},
            {"$int": "-18446744073709551616"},
            {"$bytes": ""},
            {"$bytes": "AP-_"},
            {"$float": "3ff8000000000000"},
            {"$float": "fff0000000000000"},
            {"$tag": [1, 0]},
            {"$tag": [{"$int": "18446744073709551615"}, "x"]},
            {"$map": [[1, "a"], [["b"], {}]]},
            {"$map": [["twice", 1], ["twice", 1]]},
            {"$map": [["$int", "1"]]},
            {"": {"z": [], "a": {"nested": ""}}},
        ],
    },
]


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def stretch(parameters=(65536, 3, 4), passphrase=PASSPHRASE):
    memory, passes, lanes = parameters
    return hash_secret_raw(passphrase.encode(), bytes(range(32, 48)), passes, memory, lanes, 32, Type.ID, 0x13)


def seal(key, bound, plaintext, nonce):
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, bound, nonce, key)


def make_slot(kind="passphrase", number=0, parameters=PARAMETERS, slot_key=None):
    slot_key = slot_key or stretch()
    ident, salt = bytes([number] * 16), bytes(range(32, 48))
    bound = bind(LABEL, VAULT_ID, b"slot", ident, kind.encode(), parameters, salt, u64(EPOCH))
    return {
        "id": ident,
        "kind": kind,
        "parameters": parameters,
        "salt": salt,
        "commitment": subkey(slot_key, b"commit"),
        "wrapped": seal(subkey(slot_key, b"wrap"), bound, VAULT_KEY, bytes(range(60, 84))),
    }


def make_file(slots, contents, padded=4096):
    """A backup file as an object of JSON. `contents` is an object, or the text itself."""
    text = contents if isinstance(contents, str) else json.dumps(contents, ensure_ascii=False, separators=(",", ":"))
    fields = []
    for slot in slots:
        fields += [slot["id"], slot["kind"].encode(), slot["parameters"], slot["salt"], slot["commitment"], slot["wrapped"]]
    bound = bind(
        LABEL, VAULT_ID, b"backup", u64(EPOCH), FORMAT.encode(), u64(MADE), u64(COUNTER), u64(len(slots)), *fields
    )
    data = seal(subkey(VAULT_KEY, b"backup" + u64(EPOCH)), bound, text.encode().ljust(padded), bytes(range(150, 174)))
    return {
        "format": FORMAT,
        "vault_id": text64(VAULT_ID),
        "epoch": EPOCH,
        "made": MADE,
        "counter": COUNTER,
        "slots": [{name: one if name == "kind" else text64(one) for name, one in slot.items()} for slot in slots],
        "data": text64(data),
    }


def dump(file):
    return json.dumps(file, separators=(",", ":")) + "\n"


def write(name, about, file, refused=None, passphrase=PASSPHRASE, secret=None):
    text = file if isinstance(file, str) else dump(file)
    ok = {"made": MADE, "counter": COUNTER, "records": RECORDS}
    vector = {
        "about": about,
        "now": 0,
        "input": {**({"recovery_secret_hex": secret.hex()} if secret else {"passphrase": passphrase}), "file": text},
        "expect": {"refused": refused} if refused else {"ok": ok},
    }
    place = FOLDER / f"{name}.json"
    if not place.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(vector, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"written: {place.name}")


def main():
    slots = [make_slot(), make_slot("tomorrow", 1, b"any bytes", bytes(range(32)))]
    whole = make_file(slots, {"records": RECORDS})
    write("whole", "a backup with a slot for a passphrase, one of a kind nobody knows yet, and every form of value", whole)
    write(
        "whole-spaced",
        "the same, written by a tool that indents: only what is said counts, not how it is laid out",
        json.dumps(whole, indent=2),
    )
    empty = make_file(slots, '{"records":[]}')
    write("wrong-passphrase", "another passphrase", whole, "wrong-secret", "\u00dcber den Wolkem")
    write("no-slot", "no slot for a passphrase", make_file(slots[1:], {"records": RECORDS}), "no-slot")

    words = make_slot("words", 2, b"", subkey(SECRET, b"words" + bytes(range(32, 48))))
    both = make_file([slots[0], words], {"records": RECORDS})
    write("words", "opened by what the 24 words spell", both, secret=SECRET)
    write("words-wrong", "the words of another wallet", both, "wrong-secret", secret=bytes(32))
    write("words-no-slot", "no slot for words", whole, "no-slot", secret=SECRET)
    decomposed = "U\u0308ber\u00a0den Wolken"
    write("passphrase-decomposed", "the same passphrase as another keyboard sends it", whole, passphrase=decomposed)

    def altered(**members):
        return {**whole, **members}

    write("newer", "a format of tomorrow", altered(format="passerby-backup/2", more={}), "newer")
    write("other-format", "another program's file", altered(format="other-backup/1"), "not-a-backup")
    write("letter", "no JSON at all", "Dear Ada\n", "not-a-backup")
    write("cut-off", "the first half of a backup", dump(whole)[: len(dump(whole)) // 2], "damaged")
    write("epoch-altered", "the epoch is bound into the slot", altered(epoch=EPOCH + 1), "slot-damaged")
    write("vault-altered", "the vault's id is bound into the slot", altered(vault_id=text64(bytes(16))), "slot-damaged")
    write("made-altered", "the time is bound into the data's seal", altered(made=MADE + 1), "damaged")
    write("counter-altered", "the counter is bound into the data's seal", altered(counter=COUNTER + 1), "damaged")
    write("slot-removed", "the slots are bound into the data's seal", altered(slots=whole["slots"][:1]), "damaged")
    write("slots-swapped", "so is their order", altered(slots=whole["slots"][::-1]), "damaged")
    data = bytearray(base64.urlsafe_b64decode(whole["data"] + "=" * (-len(whole["data"]) % 4)))
    data[1000] ^= 1
    write("data-altered", "one bit of the data", altered(data=text64(bytes(data))), "damaged")
    write("data-empty", "no data", altered(data=""), "damaged")
    write("data-padded", "base64 with padding", altered(data=whole["data"] + "="), "damaged")

    def slot_altered(**members):
        return altered(slots=[{**whole["slots"][0], **members}, whole["slots"][1]])

    write("commitment-altered", "looks like a wrong passphrase", slot_altered(commitment=text64(bytes(32))), "wrong-secret")
    wrapped = text64(bytes(72))
    write("wrapped-altered", "the commitment fits, the sealed key does not open", slot_altered(wrapped=wrapped), "slot-damaged")
    for name, about, numbers in [
        ("weaker-memory", "63 MiB: less than the floor", (64512, 3, 4)),
        ("weaker-passes", "two passes", (65536, 2, 4)),
        ("costlier-memory", "2 GiB: more than the cap", (2097152, 3, 4)),
    ]:
        memory, passes, lanes = numbers
        parameters = (
            b"\xa3\x6amemory_kib\x1a" + memory.to_bytes(4, "big") + b"\x66passes" + bytes([passes]) + b"\x65lanes" + bytes([lanes])
        )
        slot = make_slot(parameters=parameters, slot_key=stretch(numbers))
        write(name, about, make_file([slot], '{"records":[]}'), "stretching")
    trailing = make_slot(parameters=PARAMETERS + b"\x00", slot_key=stretch())
    write("parameters-trailing", "a byte behind the parameters", make_file([trailing], '{"records":[]}'), "slot-damaged")

    text = dump(empty)
    twice = text.replace('"epoch":3', '"epoch":3,"epoch":3', 1)
    write("member-twice", "a member that stands twice, with one value", twice, "damaged")
    write("member-unknown", "a member that this format does not have", {**empty, "more": 1}, "damaged")
    write("slot-member-unknown", "the same in a slot", slot_altered(more=1), "damaged")
    write("number-with-fraction", "the epoch with a fraction", text.replace('"epoch":3', '"epoch":3.0', 1), "damaged")
    many = make_file([make_slot(number=n) for n in range(17)], '{"records":[]}')
    write("slots-too-many", "seventeen slots", many, "damaged")

    def contents(name, about, records):
        write(f"contents-{name}", about, make_file(slots, records), "damaged")

    one = json.dumps(RECORDS[0], ensure_ascii=False)
    contents("record-twice", "one id twice", f'{{"records":[{one},{one}]}}')
    contents("out-of-order", "ids in descending order", {"records": RECORDS[::-1]})
    contents("version-zero", "versions begin at one", {"records": [{**RECORDS[0], "ver": 0}]})
    contents("member-unknown", "a record with a member more", {"records": [{**RECORDS[0], "more": 1}]})
    contents("not-records", "something else than records", "[]")
    for name, about, value in [
        ("value-member-twice", "a member of a value that stands twice", '{"a":1,"a":1}'),
        ("value-fraction", "a fraction without its mark", "1.5"),
        ("value-large", "a number beyond what JSON's readers share, without its mark", "9007199254740992"),
        ("value-mark-unknown", "a mark that does not exist", '{"$date":"today"}'),
        ("value-mark-and-more", "a mark is the only member", '{"$bytes":"AA","a":1}'),
    ]:
        record = {**RECORDS[0], "value": "HERE"}
        contents(name, about, json.dumps({"records": [record]}).replace('"HERE"', value))


if __name__ == "__main__":
    main()
