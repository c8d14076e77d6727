-- SPDX-License-Identifier: Apache-2.0
-- Version 4: how full each mapping's spreadsheet is, which columns of its tab tabrelay made, how far its snapshot is; the batch that is
-- on its way; which edit base is from.

-- Cells of the grids of all tabs of the mapping's spreadsheet, blank ones included; Google allows 10,000,000.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD spreadsheet_cells BIGINT NULL')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'spreadsheet_cells');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- Written before a batch leaves that changes or deletes rows of a tab, gone with its acknowledgement. If its answer is lost, or the
-- replicator is killed, it says what was to be written where: people may have moved the rows meanwhile.
CREATE TABLE IF NOT EXISTS sent_batch (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    spreadsheet VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- Its number in the spreadsheet's developer metadata, and which attempt at that number it is, in hex.
    number BIGINT NOT NULL,
    writer CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- JSON: [{"mapping": name, "columns": [names], "rows": [[key hash, changed_us, [[column, hash of the value, is blank], ...]], ...]},
    -- ...]; null for the cells: the row was to go; true after the cells: it was inserted.
    content LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    sent_at DATETIME(3) NOT NULL,
    PRIMARY KEY (instance, spreadsheet)
) ENGINE=InnoDB;

-- The newest edit that wrote the row (edit_log.id): the replicator waits with it until the binlog has shown that edit.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE base
    ADD edit_id BIGINT UNSIGNED NULL')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'base' AND COLUMN_NAME = 'edit_id');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- Names of the columns that tabrelay added to the tab, as a JSON array: in these it sets formats. NULL: not known.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD own_columns MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'own_columns');
PREPARE change_table FROM @change;
EXECUTE change_table;

-- snapshot_total: rows of the table, as MySQL estimates. snapshot_left_s: seconds at the pace of the last ones. snapshot_wait: why no rows
-- are read now, '' when they are.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD snapshot_total BIGINT UNSIGNED NULL,
    ADD snapshot_left_s BIGINT UNSIGNED NULL,
    ADD snapshot_wait VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''''')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'snapshot_total');
PREPARE change_table FROM @change;
EXECUTE change_table;
