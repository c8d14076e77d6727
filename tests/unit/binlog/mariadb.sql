-- What only MariaDB writes.
SET sql_mode = '', time_zone = '+00:00', timestamp = 1700000000.25;
CREATE TABLE addresses (id UUID PRIMARY KEY, six INET6, four INET4, text VARCHAR(4000));
SET GLOBAL log_bin_compress = ON, log_bin_compress_min_len = 256;
INSERT INTO addresses VALUES ('6ccd780c-baba-1026-9564-5b8c656024db', '::1', '10.0.0.0', REPEAT('long ', 200));
UPDATE addresses SET text = REPEAT('longer ', 200);
DELETE FROM addresses;
SET GLOBAL log_bin_compress = OFF;
SET gtid_domain_id = 7;
INSERT INTO addresses VALUES ('00000000-0000-0000-0000-000000000000', NULL, NULL, NULL);
SET gtid_domain_id = 0;
SET binlog_row_image = MINIMAL;
UPDATE addresses SET four = '1.2.3.4';
