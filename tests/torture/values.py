# SPDX-License-Identifier: Apache-2.0
"""Values to write. Each is used once in a history, so that wherever it turns up its writer is known.

A value is what a person types, and what SQL is given: {"typed": text, "sql": text}. They differ where Sheets reads what is typed.
"""
import datetime

TEXTS = ["plain {}", "00{}", "1234567890123456{:04d}", "zwölf ☃ {}", "🎉 {} 👩‍👩‍👧", "{} , \"quoted\"; 'too'", "two\nlines {}", " blank {}",
         "e{}", "{}E7", "2024-02-30 {}", "TRUE {}", "a\\b%{}_", "<b>{}</b>"]
FORMULA = '=IMPORTXML("http://x.example/{}")'  # as SQL writes it: text that must never be evaluated


class Values:
    def __init__(self, random):
        self.random, self.n = random, 0

    def take(self, kind, by_sql):
        """A new value for a column of KIND; None now and then where it may be blank."""
        self.n += 1
        if kind not in ("empty", "integer") and self.random.random() < 0.05:
            return None
        return getattr(self, "_" + kind)(self.n, by_sql)

    def _text(self, n, by_sql):
        if by_sql and self.random.random() < 0.1:
            return FORMULA.format(n)
        text = self.random.choice(TEXTS).format(n)
        # What a person types is read as Sheets reads it; the apostrophe says that it is text.
        return text if by_sql or not text.strip()[:1].isdigit() else "'" + text

    _empty = _text

    def _number(self, n, by_sql):
        return f"{n}.{self.random.randrange(10, 99)}"

    def _integer(self, n, by_sql):
        return str(1000 + n)

    def _huge(self, n, by_sql):
        text = f"98765432109876{n:06d}"
        return text if by_sql else "'" + text

    def _date(self, n, by_sql):
        return (datetime.date(1990, 1, 1) + datetime.timedelta(days=n)).isoformat()

    def long(self, size):
        self.n += 1
        return f"long {self.n} " + "x" * size


def kind_of(table, column):
    """What to write into a column; finer than how it is compared."""
    if column == "big":
        return "huge"
    return "integer" if column == "qty" else table.kinds[column]
