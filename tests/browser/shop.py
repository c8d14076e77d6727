# SPDX-License-Identifier: Apache-2.0
"""A small shop with everything that the status page can show: three mappings, conflicts, held deletes, edits of several people."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "system"))
from programs import wait_until  # noqa: E402

TABLES = """
CREATE TABLE products (
    sku VARCHAR(10) NOT NULL PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    price DECIMAL(10,2) NULL,
    stock INT NOT NULL DEFAULT 0
);
CREATE TABLE orders (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer VARCHAR(60) NOT NULL,
    state ENUM('open', 'paid', 'sent') NOT NULL DEFAULT 'open',
    ordered_at DATETIME NOT NULL
);
CREATE TABLE suppliers (id INT NOT NULL PRIMARY KEY, name VARCHAR(60) NOT NULL);
INSERT INTO products VALUES ('MUG-01', 'Mug, blue', 8.50, 120), ('MUG-02', 'Mug, white', 8.50, 64), ('TEA-07', 'Green tea, 100 g', 6.20, 310),
    ('TEA-09', 'Earl Grey, 100 g', 5.90, 280), ('POT-03', 'Teapot, 1 l', 34.00, 17);
"""
CUSTOMERS = ("Ada Byron", "Grace Murray", "Alan Mathison", "Edsger W.")
TABLES += "INSERT INTO orders (customer, state, ordered_at) VALUES " + ", ".join(
    f"('{CUSTOMERS[n % 4]}', '{('open', 'paid', 'sent')[n % 3]}', '2026-01-31 10:00:00' - INTERVAL {n} HOUR)" for n in range(40)) + ";\n"
TABLES += "INSERT INTO suppliers VALUES " + ", ".join(f"({n}, 'Supplier {n}')" for n in range(1, 61)) + ";\n"
MAPPINGS = [
    {"table": "products", "tab": "Products", "columns": ["sku", "name", {"column": "price", "header": "Price", "conflict": "manual"}, "stock"]},
    {"table": "orders", "tab": "Orders"},
    {"table": "suppliers", "tab": "Suppliers", "delete_limit_rows": 10},
]


class Shop:
    def __init__(self, stack):
        self.stack = stack

    def state(self, statement, args=None):
        return self.stack.sql(statement.replace("@", f"{self.stack.state_database}."), args)

    def fill(self):
        for mapping in self.stack.mappings:
            self.stack.wait_equal(mapping["tab"])
        wait_until("base", lambda: self.state("SELECT COUNT(*) FROM @base") == [(105,)])
        return self

    def type(self, tab, key, header, text, user="ann@example.com"):
        cells = self.stack.cells(tab)
        self.stack.act({"action": "edit", "tab": tab, "row": self.stack.row_of(tab, key), "column": cells[0].index(header),
                        "value": text, "user": user})

    def price(self, sku):
        return str(self.stack.sql("SELECT price FROM products WHERE sku = %s", (sku,))[0][0])

    def open_conflicts(self, prices):
        """Both sides change prices while the replicator does not look: {sku: (in MySQL, in the sheet)}."""
        self.stack.replicator.stop()
        for sku, (in_mysql, in_sheet) in prices.items():
            self.stack.sql("UPDATE products SET price = %s WHERE sku = %s", (in_mysql, sku))
            self.type("Products", sku, "Price", in_sheet)
        wait_until("the conflicts", lambda: self.open() == len(prices))
        self.stack.replicator.start()

    def open(self):
        return self.state("SELECT COUNT(*) FROM @conflicts WHERE state = 'open'")[0][0]

    def hold_deletes(self, rows=20):
        """Rows vanish from the tab without a trigger, more than may."""
        faults = "/sandbox/v1/script/faults"
        self.stack.google.call("PUT", faults, {"drop": 1000000})
        self.stack.act({"action": "delete_rows", "tab": "Suppliers", "index": 5, "count": rows})
        self.stack.google.call("PUT", faults, {"drop": 0})
        self.stack.cli("reconcile", "suppliers")
        wait_until("the deletes to be held", lambda: self.held() == rows)

    def held(self):
        return int(self.state("SELECT SUM(held_deletes) FROM @mapping_state")[0][0])
