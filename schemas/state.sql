-- SPDX-License-Identifier: Apache-2.0
-- tabrelay's own tables, version 1, in the state database (`tabrelay init-db` creates and migrates them).
-- All times are UTC. The replicator reads edit_log, signals and watermark in the binlog, with the user's tables.

CREATE TABLE IF NOT EXISTS schema_version (
    version INT UNSIGNED NOT NULL PRIMARY KEY,
    applied_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB;

-- Every edit that came from a sheet: the origin marker of its transaction, the audit trail and the guard against repeats.
-- The row is inserted first (outcome pending) and completed last, in the transaction that changes the data.
CREATE TABLE IF NOT EXISTS edit_log (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    edit_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    source ENUM('script', 'found', 'cli') NOT NULL,
    kind ENUM('upsert', 'delete') NOT NULL,
    operation ENUM('none', 'insert', 'update', 'delete') NOT NULL DEFAULT 'none',
    key_hash BINARY(16) NULL,
    row_key VARCHAR(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    sheet_row INT UNSIGNED NULL,
    edited_columns TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    editor VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    edited_at DATETIME(3) NOT NULL,
    received_at DATETIME(3) NOT NULL,
    cells MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    before_values MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    outcome ENUM('pending', 'applied', 'unchanged', 'conflict', 'rejected', 'waiting', 'stale', 'ignored') NOT NULL,
    message VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    answer MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    UNIQUE KEY edit_id (edit_id),
    KEY by_row (mapping, key_hash)
) ENGINE=InnoDB;

-- What both sides last agreed on: for each row 12 bytes a column, 4 of the hash of its name and 8 of its value.
CREATE TABLE IF NOT EXISTS base (
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    key_hash BINARY(16) NOT NULL,
    row_key VARCHAR(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (mapping, key_hash)
) ENGINE=InnoDB;

-- The position up to which Google has acknowledged every change; written in one transaction with base.
CREATE TABLE IF NOT EXISTS checkpoint (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    position MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    saved_at DATETIME(3) NOT NULL
) ENGINE=InnoDB;

-- One row a mapping: where its tab is, how far its snapshot is, and how it is.
CREATE TABLE IF NOT EXISTS mapping_state (
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    spreadsheet VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sheet_id BIGINT NULL,
    snapshot ENUM('none', 'running', 'done') NOT NULL DEFAULT 'none',
    snapshot_key VARCHAR(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    snapshot_rows BIGINT UNSIGNED NOT NULL DEFAULT 0,
    state ENUM('starting', 'snapshot', 'streaming', 'error', 'paused') NOT NULL DEFAULT 'starting',
    sheet_rows BIGINT UNSIGNED NOT NULL DEFAULT 0,
    held_deletes INT UNSIGNED NOT NULL DEFAULT 0,
    lag_ms BIGINT NULL,
    last_change_at DATETIME(3) NULL,
    reconciled_at DATETIME(3) NULL,
    last_error VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    last_error_at DATETIME(3) NULL
) ENGINE=InnoDB;

-- Requests to the replicator, which reads them in the binlog, in commit order with everything else.
CREATE TABLE IF NOT EXISTS signals (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind ENUM('reconcile', 'snapshot', 'approve_deletes') NOT NULL,
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    created_at DATETIME(3) NOT NULL
) ENGINE=InnoDB;

-- The right to run an instance: one holder at a time; token grows with every holder and fences the one before.
CREATE TABLE IF NOT EXISTS lease (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    holder VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    token BIGINT UNSIGNED NOT NULL,
    expires_at DATETIME(3) NOT NULL
) ENGINE=InnoDB;

-- Marks in the binlog: a committed serial says that everything before it is visible to SELECT (facts: commit order).
CREATE TABLE IF NOT EXISTS watermark (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    serial BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;
