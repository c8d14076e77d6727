# SPDX-License-Identifier: Apache-2.0
"""The three workloads of bench-decode as SQL: made up, the same on every run, near to what people keep in tables.

A workload is its tables and the statements that its own binlog file consists of. SCALE 1 is the full size; the
smoke test takes less.
"""
import dataclasses
import datetime
import json
import random
import typing

IN_TRANSACTION = 500  # rows
EPOCH = datetime.datetime(2024, 1, 1)

ORDERS = """(
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, sku VARCHAR(20) NOT NULL,
  title VARCHAR(64) NOT NULL, quantity SMALLINT NOT NULL, price DECIMAL(10,2) NOT NULL, is_paid TINYINT(1) NOT NULL,
  created_at DATETIME NOT NULL)"""

WIDE = """(
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY, tenant_id INT UNSIGNED NOT NULL, kind TINYINT NOT NULL,
  priority SMALLINT UNSIGNED NOT NULL, zone MEDIUMINT NOT NULL, balance_cents INT NOT NULL, external_id BIGINT NOT NULL,
  is_active TINYINT(1) NOT NULL,
  price DECIMAL(10,2) NOT NULL, rate DECIMAL(18,6) NOT NULL, volume DECIMAL(30,10) NOT NULL, score FLOAT NOT NULL,
  latitude DOUBLE NOT NULL, longitude DOUBLE NOT NULL,
  first_name VARCHAR(40) NOT NULL, last_name VARCHAR(40) NOT NULL, email VARCHAR(120) NOT NULL, street VARCHAR(255) NOT NULL,
  legacy_note VARCHAR(60) CHARACTER SET latin1 NOT NULL, country CHAR(2) NOT NULL, uuid CHAR(36) NOT NULL, phone VARCHAR(24),
  description TEXT NOT NULL, remarks TEXT,
  born DATE NOT NULL, expires DATE, created_at DATETIME NOT NULL, changed_at DATETIME(6) NOT NULL,
  seen_at TIMESTAMP NULL, synced_at TIMESTAMP(3) NULL, opens TIME NOT NULL, drift TIME(3) NOT NULL, vintage YEAR NOT NULL,
  status ENUM('new','open','waiting','closed','lost') NOT NULL,
  channels SET('mail','phone','chat','post','visit','fax') NOT NULL, permissions BIT(16) NOT NULL, thumbnail BLOB NOT NULL,
  address VARBINARY(16), profile JSON NOT NULL, settings JSON)"""

FIRST = "Anna Bela Chloé Dieter Eszter Fatima Giulia Håkon İpek João Kenji Łukasz María Nils Olga Pedro Søren Zoë".split()
LAST = "Almeida Brandt Čech Duarte Eriksen Fischer García Horváth Ivanova Jansen Kowalski Müller Novák Ørsted Žižka".split()
WORDS = ("the order was shipped late because a part from our supplier did not arrive in time and customer asked for refund "
         "naïve façade größer señor crème brûlée 東京 discount invoice paid twice please call back tomorrow").split()


@dataclasses.dataclass
class Workload:
    name: str
    tables: dict[str, str]  # name -> columns
    before: typing.Callable  # (scale) -> statements that fill the tables first, in another binlog file
    logged: typing.Callable  # (scale) -> transactions (lists of statements), the workload proper
    rows: typing.Callable  # (scale) -> how many row changes a reader shall see


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def values(rows):
    return ",".join("(" + ",".join(row) + ")" for row in rows)


def spans(n):
    """(first, last) of each transaction's ids."""
    return [(first, min(first + IN_TRANSACTION - 1, n)) for first in range(1, n + 1, IN_TRANSACTION)]


def order(rng, number):
    created = EPOCH + datetime.timedelta(seconds=number * 7)
    return (f"{number}", f"{rng.randrange(1, 200000)}", f"'SKU-{rng.randrange(10**7):07d}'",
            f"'{rng.choice(LAST)} {WORDS[number % 20]} {WORDS[rng.randrange(20)]} No. {rng.randrange(1000)}'",
            f"{rng.randrange(1, 50)}", f"{rng.randrange(100, 10**6) / 100:.2f}", f"{number % 2}", f"'{created}'")


def fill_orders(table, n, seed):
    rng = random.Random(seed)
    for first, last in spans(n):
        yield f"INSERT INTO {table} VALUES {values(order(rng, i) for i in range(first, last + 1))}"


def narrow_logged(scale):
    for statement in fill_orders("narrow", int(1_000_000 * scale), 1):
        yield [statement]
    for first, last in spans(int(500_000 * scale)):
        yield [f"UPDATE narrow SET quantity = quantity + 1 WHERE id BETWEEN {first} AND {last}"]
    for first, last in spans(int(100_000 * scale)):
        yield [f"DELETE FROM narrow WHERE id BETWEEN {first} AND {last}"]


def small_logged(scale):
    for number in range(1, int(50_000 * scale) + 1):
        yield [f"UPDATE small SET quantity = quantity + 1 WHERE id = {number}"]


def sentence(rng, n):
    return " ".join(rng.choices(WORDS, k=n))


def profile(rng):
    """A document of some hundred bytes: nested, with every kind of scalar."""
    return json.dumps({
        "name": rng.choice(FIRST) + " " + rng.choice(LAST), "age": rng.randrange(18, 90), "verified": rng.random() < 0.5,
        "spent": rng.randrange(10**7) / 100, "visits": rng.randrange(10**10), "referrer": None,
        "tags": rng.sample(WORDS, 4), "comment": sentence(rng, 8),
        "address": {"street": f"{rng.choice(LAST)} {rng.randrange(1, 200)}", "geo": [rng.uniform(-90, 90), rng.uniform(-180, 180)],
                    "city": {"name": rng.choice(LAST), "zip": f"{rng.randrange(10**5):05d}"}},
        "history": [{"at": f"2024-0{rng.randrange(1, 10)}-11", "amount": rng.randrange(1000), "ok": i % 2 == 0} for i in range(3)],
    }, ensure_ascii=False)


def settings(rng):
    return json.dumps({"theme": rng.choice(["dark", "light"]), "columns": rng.sample(range(100), 8), "zoom": rng.randrange(5, 20) / 10,
                       "notify": {"mail": True, "sms": False}})


def wide_numbers(rng, number):
    return [f"{number}", f"{rng.randrange(1, 5000)}", f"{rng.randrange(-100, 100)}", f"{rng.randrange(65536)}",
            f"{rng.randrange(-8000000, 8000000)}", f"{rng.randrange(-10**9, 10**9)}", f"{rng.randrange(-10**17, 10**17)}",
            f"{number % 2}", f"{rng.randrange(10**8) / 100:.2f}", f"{rng.randrange(-10**15, 10**15) / 10**6:.6f}",
            f"{rng.randrange(10**18)}.{rng.randrange(10**10):010d}", f"{rng.randrange(1000) / 10}",
            f"{rng.uniform(-90, 90)!r}", f"{rng.uniform(-180, 180)!r}"]


def wide_texts(rng):
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return [quoted(first), quoted(last), quoted(f"{first}.{last}{rng.randrange(1000)}@example.org".lower()),
            quoted(f"{rng.choice(LAST)}straße {rng.randrange(200)}, {rng.randrange(10**5):05d} {rng.choice(LAST)}"),
            quoted(f"señor größer façade {rng.randrange(10**6)}"), quoted(rng.choice(["DE", "FR", "BR", "JP", "NO"])),
            f"'{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-8{rng.getrandbits(12):03x}-"
            f"{rng.getrandbits(48):012x}'",
            quoted(f"+49 {rng.randrange(10**9)}") if rng.random() < 0.7 else "NULL",
            quoted(sentence(rng, rng.randrange(15, 45))), quoted(sentence(rng, 12)) if rng.random() < 0.3 else "NULL"]


def wide_times(rng):
    def moment(fsp):
        at = EPOCH + datetime.timedelta(seconds=rng.randrange(40_000_000), microseconds=rng.randrange(10**6))
        return "'" + at.strftime("%Y-%m-%d %H:%M:%S.%f")[:19 + (fsp + 1 if fsp else 0)] + "'"

    born = datetime.date(1940, 1, 1) + datetime.timedelta(days=rng.randrange(25000))
    return [f"'{born}'", f"'{2025 + rng.randrange(9)}-12-31'" if rng.random() < 0.5 else "NULL", moment(0), moment(6),
            moment(0) if rng.random() < 0.9 else "NULL", moment(3), f"'{rng.randrange(24):02d}:{rng.randrange(60):02d}:00'",
            f"'{rng.choice(['', '-'])}{rng.randrange(800)}:{rng.randrange(60):02d}:{rng.randrange(60):02d}.{rng.randrange(1000):03d}'",
            f"{rng.randrange(1950, 2025)}"]


def wide_rest(rng):
    return [f"{rng.randrange(1, 6)}", f"{rng.randrange(64)}", f"{rng.getrandbits(16)}", f"x'{rng.randbytes(64).hex()}'",
            f"x'{rng.randbytes(16).hex()}'" if rng.random() < 0.8 else "NULL", quoted(profile(rng)),
            quoted(settings(rng)) if rng.random() < 0.8 else "NULL"]


def wide_logged(scale):
    rng = random.Random(2)
    n, batch = int(100_000 * scale), 100
    for first, last in spans(n):
        rows = [wide_numbers(rng, i) + wide_texts(rng) + wide_times(rng) + wide_rest(rng) for i in range(first, last + 1)]
        yield [f"INSERT INTO wide VALUES {values(rows[i:i + batch])}" for i in range(0, len(rows), batch)]


WORKLOADS = [
    Workload("narrow", {"narrow": ORDERS}, lambda scale: (), narrow_logged, lambda scale: int(1_600_000 * scale)),
    Workload("wide", {"wide": WIDE}, lambda scale: (), wide_logged, lambda scale: int(100_000 * scale)),
    Workload("small", {"small": ORDERS}, lambda scale: fill_orders("small", int(50_000 * scale), 3), small_logged,
             lambda scale: int(50_000 * scale)),
]
