-- SPDX-License-Identifier: Apache-2.0
-- The demo's tables. Between them they have what real tables have: natural and auto-increment keys, a foreign key, DECIMAL,
-- DATE, ENUM, NULLs, a generated column and a TIMESTAMP that MySQL sets by itself. sandbox/demo_data.py fills them.

CREATE TABLE countries (
    code CHAR(2) CHARACTER SET ascii NOT NULL PRIMARY KEY COMMENT 'ISO 3166-1 alpha-2',
    name VARCHAR(100) NOT NULL,
    official_name VARCHAR(200) NULL,
    numeric_code SMALLINT UNSIGNED NOT NULL UNIQUE,
    flag VARCHAR(8) NOT NULL DEFAULT '',
    travel ENUM('no', 'wish', 'been') NOT NULL DEFAULT 'no',
    last_visit DATE NULL,
    label VARCHAR(120) AS (CONCAT(flag, ' ', name)) STORED,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE subdivisions (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    country CHAR(2) CHARACTER SET ascii NOT NULL,
    code VARCHAR(6) CHARACTER SET ascii NOT NULL UNIQUE COMMENT 'ISO 3166-2',
    name VARCHAR(100) NOT NULL,
    type VARCHAR(60) NOT NULL,
    parent VARCHAR(6) CHARACTER SET ascii NULL,
    CONSTRAINT subdivision_of FOREIGN KEY (country) REFERENCES countries (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE currencies (
    code CHAR(3) CHARACTER SET ascii NOT NULL PRIMARY KEY COMMENT 'ISO 4217',
    name VARCHAR(100) NOT NULL,
    numeric_code SMALLINT UNSIGNED NOT NULL UNIQUE,
    kind ENUM('money', 'fund', 'metal', 'other') NOT NULL DEFAULT 'money',
    per_euro DECIMAL(12,6) NULL COMMENT 'where the rate to the euro is fixed',
    fixed_since DATE NULL,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
