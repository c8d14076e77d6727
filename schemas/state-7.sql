-- SPDX-License-Identifier: Apache-2.0
-- Version 7: mappings with tabs_by.

-- The values that have a tab, each a mapping of its own. The replicator adds to it.
CREATE TABLE IF NOT EXISTS member (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- The name of the mapping with tabs_by, and the column that it named.
    family VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    column_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    value MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    -- What the mapping is called in the other tables; the title that its tab gets.
    mapping VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    tab VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    made_at DATETIME(3) NOT NULL,
    UNIQUE KEY by_mapping (mapping)
) ENGINE=InnoDB;

-- Why values of a mapping with tabs_by get no tabs; '': they do.
CREATE TABLE IF NOT EXISTS family (
    family VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    instance VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    problem VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    problem_at DATETIME(3) NOT NULL
) ENGINE=InnoDB;
