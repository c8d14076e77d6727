-- The sandbox's example: run once, when MySQL's data folder is empty.
CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;

CREATE TABLE products (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    price DECIMAL(10,2) NOT NULL DEFAULT 0,
    stock INT UNSIGNED NOT NULL DEFAULT 0,
    state ENUM('offered', 'sold out', 'gone') NOT NULL DEFAULT 'offered',
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);

CREATE TABLE orders (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product INT UNSIGNED NOT NULL,
    customer VARCHAR(100) NOT NULL,
    amount INT UNSIGNED NOT NULL DEFAULT 1,
    ordered_on DATE NOT NULL,
    is_paid TINYINT(1) NOT NULL DEFAULT 0,
    FOREIGN KEY (product) REFERENCES products (id)
);

INSERT INTO products (name, price, stock, state) VALUES
    ('Teapot', 24.50, 12, 'offered'),
    ('Cup', 4.20, 140, 'offered'),
    ('Saucer', 2.10, 96, 'offered'),
    ('Sugar bowl', 9.90, 0, 'sold out'),
    ('Samovar', 310.00, 0, 'gone');

INSERT INTO orders (product, customer, amount, ordered_on, is_paid) VALUES
    (1, 'Ada', 1, '2026-01-05', 1),
    (2, 'Ada', 6, '2026-01-05', 1),
    (2, 'Grace', 4, '2026-01-09', 0),
    (3, 'Grace', 4, '2026-01-09', 0);
