/**
 * The shop's own database: its CMS. One SQLite file, one process.
 *
 * Must never hold a detail that a wallet sent: no column of `orders` or `asking` can take one.
 */
import sqlite from "node-sqlite3-wasm";
import { existsSync } from "node:fs";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS visit (
    id TEXT PRIMARY KEY,            -- SHA-256 of the session cookie
    basket TEXT NOT NULL,           -- JSON
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS orders (
    no INTEGER PRIMARY KEY,
    visit TEXT NOT NULL,
    state TEXT NOT NULL,            -- asked, ordered, packed
    way TEXT NOT NULL,              -- passerby, form
    product TEXT NOT NULL,
    total INTEGER NOT NULL,         -- cents
    user_ref TEXT,                  -- the pseudonym at this shop
    grant_id TEXT,
    release_sha256 TEXT,
    context TEXT,                   -- JSON: client_id, nonce, response_uri, terms_hash, passport_jkt, claims (names only)
    created_at INTEGER NOT NULL,
    ordered_at INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS asking (
    label TEXT PRIMARY KEY,         -- names the question in the return address
    order_no INTEGER NOT NULL REFERENCES orders (no),
    visit TEXT NOT NULL,
    link TEXT NOT NULL,
    pending TEXT NOT NULL,          -- JSON
    outcome TEXT,                   -- granted, declined
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS form_address (
    order_no INTEGER PRIMARY KEY REFERENCES orders (no),
    name TEXT NOT NULL, street TEXT NOT NULL, postal_code TEXT NOT NULL, locality TEXT NOT NULL, country TEXT NOT NULL
  ) STRICT;
`;

/** @typedef {import("node-sqlite3-wasm").Database} Database */

/** @param {string} file @returns {Database} */
export function openDatabase(file) {
  const lock = `${file}.lock`;
  if (existsSync(lock)) {
    throw new Error(`the database is in use, or a shop was stopped while writing. If no other shop runs, remove the folder ${lock} and start again`);
  }
  const database = new sqlite.Database(file);
  database.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
  database.exec(SCHEMA);
  return database;
}
