-- SPDX-License-Identifier: Apache-2.0
-- Version 5: mappings that are paused; which configuration each process runs; what became of signals; keys of held deletes.

ALTER TABLE signals
    MODIFY kind ENUM('reconcile', 'snapshot', 'approve_deletes', 'repair', 'pause', 'resume') NOT NULL;

-- Mappings in which nothing flows, in neither direction (`tabrelay pause`).
CREATE TABLE IF NOT EXISTS pause (
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    -- Who: "root@db1".
    paused_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    paused_at DATETIME(3) NOT NULL,
    -- `tabrelay resume` was called: the replicator compares both sides, then the row goes. NULL: still paused.
    resumed_at DATETIME(3) NULL
) ENGINE=InnoDB;

-- signal_id: the newest signal that the replicator has taken. reconcile_signal: the newest one that a comparison has answered;
-- reconcile_found: edits and deletes that it found.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD signal_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD reconcile_signal BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD reconcile_found BIGINT UNSIGNED NOT NULL DEFAULT 0')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'signal_id');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- `tabrelay reload`: the daemons look every second, and read their configuration when serial has grown.
CREATE TABLE IF NOT EXISTS reload (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    serial BIGINT UNSIGNED NOT NULL,
    asked_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    asked_at DATETIME(3) NOT NULL
) ENGINE=InnoDB;

-- Each running daemon. It holds the server's named lock lock_name: a row whose lock is free is of one that was killed.
CREATE TABLE IF NOT EXISTS process (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    program ENUM('replicator', 'webhook') NOT NULL,
    -- "host:pid".
    name VARCHAR(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    lock_name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    started_at DATETIME(3) NOT NULL,
    -- What it runs with: a hash of the file's bytes, and since when.
    config_hash CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    loaded_at DATETIME(3) NOT NULL,
    -- The newest reload that it has answered, and why it was refused; '': it was taken.
    reload_serial BIGINT UNSIGNED NOT NULL DEFAULT 0,
    reload_error VARCHAR(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    PRIMARY KEY (instance, program, name)
) ENGINE=InnoDB;

-- Which rows the held deletes are about: a JSON array of row keys, of 100 rows at most; NULL: not known.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD held_keys MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'held_keys');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- What the sheet has not got yet: the commit of the mapping's oldest change that waits (NULL: none does for a second or more), and how
-- many rows wait. As of the last two seconds while the replicator runs.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD pending_since DATETIME(3) NULL,
    ADD pending_rows BIGINT UNSIGNED NOT NULL DEFAULT 0')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'pending_since');
PREPARE change_table FROM @change;
EXECUTE change_table;
