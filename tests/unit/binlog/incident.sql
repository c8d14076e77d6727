-- A change of a table without transactions that does not fit the log's cache: the server logs that events are missing.
CREATE TABLE lost (id INT PRIMARY KEY, v TEXT) ENGINE=MyISAM;
INSERT INTO lost VALUES (1, REPEAT('lost ', 10000));
