-- Column types and row formats that only MySQL has.
CREATE TABLE json (id INT PRIMARY KEY, body JSON);
INSERT INTO json VALUES (1, '{"a": [1, 2.5, "x", null, true, false, {}], "": "empty key", "deep": {"er": {"est": [[[]]]}}}'),
    (2, '[0, -1, 32767, -32768, 65535, 2147483647, -2147483648, 4294967295, 9223372036854775807, -9223372036854775808, 18446744073709551615]'),
    (3, '[1.0, -0.0, 1e308, 5e-324, 123456789.125]'), (4, '"\\u0001 \\" \\\\ ä 🍎 \\n"'), (5, 'null'), (6, '7'), (7, '1.5'), (8, NULL);
INSERT INTO json VALUES (9, JSON_ARRAY(CAST('2024-02-29' AS DATE), CAST('-16:08:04.010123' AS TIME(6)), CAST('2024-02-29 10:11:12.5' AS DATETIME(6)),
    CAST('-12345678901234567890.123456789' AS DECIMAL(40,9)), X'00FF', b'101', CAST('2024' AS YEAR), TIMESTAMP'2024-01-01 00:00:00'));
INSERT INTO json VALUES (10, JSON_OBJECT('text', REPEAT('t', 200), 'list', JSON_ARRAY(REPEAT('u', 130))));
INSERT INTO json SELECT 11, ST_AsGeoJSON(ST_GeomFromText('POINT(1 2)'));
INSERT INTO json VALUES (12, JSON_OBJECT('large', JSON_ARRAY(1, -1, 2147483647, 4294967295, NULL, TRUE, 1.5, REPEAT('v', 66000))));
INSERT IGNORE INTO json VALUES (13, '{"k": "value", "n": 1, "a": [1, 2, 3]}');
UPDATE json SET body = JSON_REPLACE(body, '$.k', 'v') WHERE id = 13;
SET binlog_row_value_options = PARTIAL_JSON;
UPDATE json SET body = JSON_SET(JSON_REPLACE(body, '$.k', 'w'), '$.added', JSON_ARRAY(1)) WHERE id = 13;
UPDATE json SET body = JSON_REMOVE(body, '$.a[0]', '$.n') WHERE id = 13;
UPDATE json SET body = JSON_ARRAY_INSERT(body, '$.a[0]', 'first') WHERE id = 13;
UPDATE json SET id = 14 WHERE id = 13;
CREATE TABLE two (id INT PRIMARY KEY, a JSON, t TEXT, b JSON);
INSERT INTO two VALUES (1, '{"x": 1}', 'text', '[1, 2]'), (2, '{"x": 1}', NULL, '[1, 2]');
UPDATE two SET a = JSON_SET(a, '$.x', 'two'), t = 'more', b = JSON_SET(b, '$[1]', 3);
UPDATE two SET b = JSON_REMOVE(b, '$[0]');
SET binlog_row_image = MINIMAL;
UPDATE two SET a = JSON_SET(a, '$.x', 3) WHERE id = 1;
UPDATE two SET a = JSON_SET(a, '$.x', 4), t = NULL, b = '{}';
SET binlog_row_image = FULL, binlog_row_value_options = '';
CREATE TABLE vectors (id INT PRIMARY KEY, v VECTOR(3));
INSERT INTO vectors VALUES (1, STRING_TO_VECTOR('[1,-2.5,3e10]')), (2, NULL);
CREATE TABLE indexed (id INT PRIMARY KEY, body JSON, n INT, KEY (n, (CAST(body->'$.tags' AS UNSIGNED ARRAY))), KEY ((n + 1)));
INSERT INTO indexed VALUES (1, '{"tags": [1, 2]}', 5);
SET binlog_row_image = MINIMAL;
UPDATE indexed SET n = 6;
SET binlog_row_image = FULL;
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE invisible (v INT);
SET sql_generate_invisible_primary_key = OFF;
INSERT INTO invisible VALUES (1);
SET GLOBAL binlog_row_metadata = MINIMAL;
UPDATE two SET a = '[]' WHERE id = 1;
DELETE FROM vectors;
SET GLOBAL binlog_row_metadata = FULL;
