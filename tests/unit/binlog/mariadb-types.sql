-- Column types and row formats that only MariaDB has.
CREATE TABLE squeezed (id INT PRIMARY KEY, v VARCHAR(1000) COMPRESSED, small VARCHAR(100) COMPRESSED, t TEXT COMPRESSED, b BLOB COMPRESSED,
    latin TEXT CHARACTER SET latin1 COMPRESSED);
INSERT INTO squeezed VALUES (1, REPEAT('ä', 300), 'short', REPEAT('long ', 200), REPEAT(X'00FF', 200), REPEAT('é', 200)),
    (2, '', '', '', '', ''), (3, NULL, NULL, NULL, NULL, NULL);
UPDATE squeezed SET t = 'now short' WHERE id = 1;
CREATE TABLE own (id UUID PRIMARY KEY, six INET6, four INET4, doc JSON);
INSERT INTO own VALUES ('6ccd780c-baba-1026-9564-5b8c656024db', '::1', '10.0.0.0', '{"a": 1}'), ('00000000-0000-0000-0000-000000000000', '::', NULL, NULL);
CREATE TABLE hashed (id INT, long_text TEXT, UNIQUE (long_text));
INSERT INTO hashed VALUES (1, 'unique');
CREATE TABLE versioned (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1, 1);
UPDATE versioned SET v = 2;
DELETE FROM versioned;
SET GLOBAL mysql56_temporal_format = OFF;
CREATE TABLE old (id INT PRIMARY KEY, ts TIMESTAMP NULL, dt DATETIME, t TIME);
INSERT INTO old VALUES (1, '2024-02-29 10:11:12', '9999-12-31 23:59:59', '-838:59:59'), (2, 0, '0000-00-00 00:00:00', '00:00:01'), (3, NULL, NULL, NULL);
SET GLOBAL mysql56_temporal_format = ON;
SET GLOBAL log_bin_compress = ON;
-- Rows are compressed from 256 bytes on, each.
INSERT INTO texts (id, c, lt, latin, b, e) VALUES (101, 'c', REPEAT('first ', 60), 'é', X'01', 'ä'), (102, NULL, REPEAT('second ', 60), NULL, NULL, NULL);
UPDATE texts SET lt = CONCAT(lt, 'changed') WHERE id > 100;
SET binlog_row_image = MINIMAL;
UPDATE texts SET lt = REPEAT('longer ', 100) WHERE id > 100;
SET binlog_row_image = FULL;
DELETE FROM texts WHERE id > 100;
CREATE TABLE compressed_statement (id INT PRIMARY KEY, a VARCHAR(100) COMMENT 'a statement of 256 bytes or more is compressed, too', b VARCHAR(100) COMMENT
    'a statement of 256 bytes or more is compressed, too', c VARCHAR(100) COMMENT 'a statement of 256 bytes or more is compressed, too');
SET GLOBAL log_bin_compress = OFF;
SET GLOBAL binlog_row_metadata = NO_LOG;
INSERT INTO own VALUES ('123e4567-e89b-12d3-a456-426655440000', 'ff::ff', '255.255.255.255', '[]');
DELETE FROM squeezed;
DELETE FROM numbers;
DELETE FROM old;
SET GLOBAL binlog_row_metadata = FULL;
