-- SPDX-License-Identifier: Apache-2.0
-- Version 3: conflicts and what a person decides about them, rows that are gone, values beside their hashes.

-- Cells (or whole rows) that both sides changed: every conflict, decided at once or waiting for somebody.
CREATE TABLE IF NOT EXISTS conflicts (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    key_hash BINARY(16) NOT NULL,
    row_key VARCHAR(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- Empty: the whole row.
    column_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    -- What MySQL did, then what the sheet did.
    kind ENUM('update_update', 'update_delete', 'delete_update', 'insert_insert') NOT NULL,
    policy ENUM('sheet_wins', 'mysql_wins', 'last_write_wins', 'manual', 'rule', 'update_wins', 'delete_wins') NOT NULL,
    -- asked: the replicator is to say when MySQL's change was committed. open: a person is to decide.
    state ENUM('asked', 'open', 'resolved') NOT NULL,
    edit_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    editor VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    edited_at DATETIME(3) NOT NULL,
    -- As JSON: "text", null or {"hex": "..."}; NULL: not known.
    base_value MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    mysql_value MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    sheet_value MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    -- When MySQL's change was committed, where that is known.
    changed_at DATETIME(6) NULL,
    opened_at DATETIME(3) NOT NULL,
    resolved_at DATETIME(3) NULL,
    -- Who: an e-mail address, the policy's name, or '' for nobody (both sides agreed).
    resolved_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    outcome ENUM('mysql', 'sheet', 'base', 'value', 'agreed') NULL,
    final_value MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    KEY by_state (mapping, state),
    KEY by_row (mapping, key_hash, state),
    KEY by_edit (edit_id)
) ENGINE=InnoDB;

-- Rows that were deleted lately, and where: an edit that comes late for one is no new row. Kept for a day.
CREATE TABLE IF NOT EXISTS tombstone (
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    key_hash BINARY(16) NOT NULL,
    deleted_by ENUM('mysql', 'sheet') NOT NULL,
    deleted_at DATETIME(3) NOT NULL,
    PRIMARY KEY (mapping, key_hash),
    KEY by_time (deleted_at)
) ENGINE=InnoDB;

ALTER TABLE edit_log
    MODIFY kind ENUM('upsert', 'delete', 'resolve', 'decide', 'undo') NOT NULL,
    MODIFY outcome ENUM('pending', 'applied', 'unchanged', 'conflict', 'rejected', 'waiting', 'stale', 'ignored') NOT NULL;

ALTER TABLE signals
    MODIFY kind ENUM('reconcile', 'snapshot', 'approve_deletes', 'repair') NOT NULL;

-- What follows is run only once: a server without ADD COLUMN IF NOT EXISTS is asked first.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE edit_log
    ADD after_values MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL AFTER before_values,
    ADD position VARCHAR(4096) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD content_hash BINARY(16) NULL,
    ADD same_as VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD KEY by_content (mapping, content_hash),
    ADD KEY by_line (mapping, sheet_row),
    ADD KEY by_time (received_at)')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'edit_log' AND COLUMN_NAME = 'after_values');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- agreed: values of columns whose policy needs them (common/base_values.h). changed_us: when MySQL's newest acknowledged change of
-- the row was committed, microseconds since 1970.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE base
    ADD agreed MEDIUMBLOB NULL,
    ADD changed_us BIGINT NULL')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'base' AND COLUMN_NAME = 'agreed');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- Of a repair: the keys of the rows, a JSON array of row keys.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE signals
    ADD row_keys MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL AFTER reason')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'signals' AND COLUMN_NAME = 'row_keys');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- Have the two sides, both filled, been brought together? Tables that are synchronised already have. 2: that is under way.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD is_joined TINYINT(1) NOT NULL DEFAULT 0')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'is_joined');
PREPARE change_table FROM @change;
EXECUTE change_table;
