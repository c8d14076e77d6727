-- What only MySQL writes.
SET sql_mode = '', time_zone = '+00:00', timestamp = 1700000000.25;
CREATE TABLE documents (id INT PRIMARY KEY, body JSON, more JSON);
INSERT INTO documents VALUES (1, '{"a": [1, 2.0, "x"], "k": "v", "big": 12345678901}', '{}');
SET binlog_row_value_options = PARTIAL_JSON;
UPDATE documents SET body = JSON_SET(body, '$.k', 'w', '$.n', 1) WHERE id = 1;
SET binlog_row_value_options = '';
SET binlog_transaction_compression = ON;
INSERT INTO documents VALUES (2, JSON_ARRAY(CAST('2024-02-29' AS DATE), 1.50, REPEAT('ab', 200)), NULL);
SET binlog_transaction_compression = OFF;
SET gtid_next = 'AUTOMATIC:mytag';
DELETE FROM documents WHERE id = 2;
SET gtid_next = 'AUTOMATIC';
SET binlog_row_image = MINIMAL;
UPDATE documents SET more = '[]' WHERE id = 1;
