-- SPDX-License-Identifier: Apache-2.0
-- Version 6: what has gone from the tables that grow (keep in tabrelay.yaml).

-- Written with each such DELETE.
CREATE TABLE IF NOT EXISTS pruned (
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    table_name ENUM('edit_log', 'conflicts', 'signals') NOT NULL,
    -- The time of the newest row that went: older ones are there only where they are still needed.
    newest DATETIME(3) NOT NULL,
    n_rows BIGINT UNSIGNED NOT NULL,
    pruned_at DATETIME(3) NOT NULL,
    PRIMARY KEY (instance, table_name)
) ENGINE=InnoDB;

-- What is old is found by its time.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE conflicts ADD KEY by_end (resolved_at)')
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'conflicts' AND INDEX_NAME = 'by_end');
PREPARE change_table FROM @change;
EXECUTE change_table;
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE signals ADD KEY by_time (created_at)')
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'signals' AND INDEX_NAME = 'by_time');
PREPARE change_table FROM @change;
EXECUTE change_table;
