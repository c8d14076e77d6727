-- SPDX-License-Identifier: Apache-2.0
-- Version 4: how full each mapping's spreadsheet is.

-- Cells of the grids of all tabs of the mapping's spreadsheet, blank ones included; Google allows 10,000,000.
SET @change = (SELECT IF(COUNT(*) > 0, 'DO 0', 'ALTER TABLE mapping_state
    ADD spreadsheet_cells BIGINT NULL')
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'mapping_state' AND COLUMN_NAME = 'spreadsheet_cells');
PREPARE change_table FROM @change;
EXECUTE change_table;
