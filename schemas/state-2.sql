-- SPDX-License-Identifier: Apache-2.0
-- Version 2: how each mapping's table looked when the replicator last read it.

CREATE TABLE IF NOT EXISTS mapped_table (
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    -- Its columns as a JSON array, in order: what can be told of a column that is gone.
    definition MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- 1: every row event after the checkpoint, up to the next ALTER, has this shape. 0: it may have another.
    is_current TINYINT(1) NOT NULL DEFAULT 0,
    -- What is left to do in the tab after a DROP TABLE.
    todo ENUM('nothing', 'clear') NOT NULL DEFAULT 'nothing'
) ENGINE=InnoDB;
