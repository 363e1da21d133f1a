INSERT INTO shops (sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt, proof, suspended_at, suspended_because, allowed_claims, requests_a_day) VALUES (
  'shoes.localhost:27181',
  'Id0HmSOzPA8GCduyEofcJ5bWlZU1vWHbjneVDY7vI2w',
  1795348800,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL);
INSERT INTO periods (number, mark, begun_at) VALUES (
  1,
  '81c498f53f44eafd',
  1795348800);
