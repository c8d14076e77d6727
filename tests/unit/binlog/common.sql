-- What both servers write.
SET sql_mode = '', time_zone = '+00:00', timestamp = 1700000000.25;
CREATE TABLE fruit (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2), sold TIMESTAMP(3) NULL,
    kind ENUM('red','green') CHARACTER SET latin1, marks SET('a','b','ü'), weight FLOAT, note TEXT CHARACTER SET latin1,
    small TINYINT UNSIGNED, bits BIT(12), code BINARY(4), day DATE, span TIME(6), seen DATETIME(1), year YEAR) ENGINE=InnoDB;
CREATE TABLE other (id INT PRIMARY KEY, v BIGINT UNSIGNED) ENGINE=InnoDB;
CREATE TABLE plain (id INT PRIMARY KEY) ENGINE=MyISAM;
INSERT INTO fruit VALUES (1, 'äpfel 🍎', 12.5, NOW(3), 'green', 'a,ü', 0.1, 'café', 255, b'100000000001', X'01', '2024-02-29',
    '-16:08:04.010123', '2024-02-29 10:11:12.5', 2024), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
BEGIN;
UPDATE fruit SET name = 'pears', price = -0.01 WHERE id = 1;
SAVEPOINT s;
INSERT INTO other VALUES (1, 18446744073709551615);
DELETE FROM fruit WHERE id = 2;
COMMIT;
UPDATE fruit, other SET fruit.name = 'both', other.v = 2 WHERE fruit.id = other.id;
INSERT INTO plain VALUES (1);
BEGIN;
INSERT INTO plain VALUES (2);
INSERT INTO other VALUES (9, 9);
ROLLBACK;
CREATE TABLE copied SELECT * FROM other;
XA START 'x1';
INSERT INTO other VALUES (3, 3);
XA END 'x1';
XA PREPARE 'x1';
XA COMMIT 'x1';
XA START 'x2';
INSERT INTO other VALUES (4, 4);
XA END 'x2';
XA COMMIT 'x2' ONE PHASE;
XA START 'x3';
INSERT INTO other VALUES (5, 5);
XA END 'x3';
XA PREPARE 'x3';
XA ROLLBACK 'x3';
ALTER TABLE fruit ADD COLUMN extra INT;
RENAME TABLE fruit TO apples, other TO fruit;
TRUNCATE TABLE plain;
SET binlog_format = STATEMENT;
INSERT INTO plain VALUES (7);
SET binlog_format = ROW;
DROP TABLE plain, copied;
