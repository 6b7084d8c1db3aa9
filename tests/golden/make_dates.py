#!/usr/bin/env python3
"""Dates in many notations and what Python's datetime says that they are: writes tests/golden/dates.h.

    python3 tests/golden/make_dates.py

Every text is made from a moment by strftime and read back here by strptime, so the seconds are Python's. `parts` are year, month, day, weekday (0: Monday), day
of the year (from 0) and second of the day of the moment in UTC."""
import datetime as d, os, random

UTC = d.timezone.utc
EPOCH = d.datetime(1970, 1, 1, tzinfo=UTC)
FORMATS = [  # format, day first (None: it does not matter)
    ("%Y-%m-%d", None), ("%Y-%m-%dT%H:%M", None), ("%Y-%m-%dT%H:%M:%S", None), ("%Y-%m-%d %H:%M:%S.%f", None), ("%Y%m%d", None), ("%Y%m%dT%H%M", None),
    ("%Y%m%dT%H%M%S", None), ("%Y/%m/%d", None), ("%Y/%m/%d %H:%M", None), ("%Y-%m", None), ("%d.%m.%Y", None), ("%d.%m.%Y %H:%M", None), ("%d.%m.%y", None),
    ("%d/%m/%Y", True), ("%m/%d/%Y", False), ("%d-%m-%Y", True), ("%m-%d-%Y", False), ("%m/%d/%y %H:%M", False), ("%d/%m/%y", True),
    ("%m/%d/%Y %I:%M:%S %p", False), ("%m/%d/%Y, %I:%M:%S %p", False), ("%d %b %Y", None), ("%d-%b-%Y", None), ("%d-%b-%y", None), ("%d %B %Y %H:%M", None),
    ("%b %d, %Y", None), ("%B %d, %Y", None), ("%B %d %Y %H:%M:%S", None),
    ("%Y-%m-%dT%H:%M:%S%z", None), ("%Y-%m-%d %H:%M:%S %z", None), ("%Y-%m-%dT%H:%M:%S.%f%z", None),
]
DAYS = [d.datetime(y, m, x) for y, m, x in [(1970, 1, 1), (1969, 12, 31), (2000, 2, 29), (1900, 2, 28), (1900, 3, 1), (2024, 2, 29), (2023, 2, 28), (2026, 11, 24), (1999, 12, 31), (2000, 1, 1),
                                            (1600, 2, 29), (1066, 10, 14), (1, 1, 1), (9999, 12, 31), (2100, 3, 1), (1582, 10, 10), (2038, 1, 19)]]
IMPOSSIBLE = """2023-02-29 1900-02-29 2100-02-29 2026-13-01 2026-00-10 2026-01-00 2026-04-31 0000-01-01 20230229 32.01.2026 31.04.2026 29.02.2023 13/13/2026 2026-11-24T24:00 2026-11-24T12:60
2026-11-24T12:00:60 2026-11-24T12:00+24:00 2026-11-24T12:00+02:60 2026-11-24T 2026-11-24T1 2026-11-24T12 2026-11-24T130 2026-11-24x 2026-1 2026 24.11 24/11 11/24 24.11.2026.1 1.2.3 1.2.14
1-2-14 10-12-14 192.168.2014.1 2026-11-24-01 2026.11 2026/11 99 12 Nov 24.Nov Nov-24-2026 Novem-24-2026 2026--11-24 2026-11--24 -2026-11-24 +2026-11-24 123456789 1234567 hello 12:30 T12:30 2026-11/24 24.11/2026
24/11-2026 2O26-11-24 2026-11-24T12:3O""".split()
IMPOSSIBLE += ["", " ", "Nov 24", "24 Nov", "Nov 2026", "24 Nov 202", "24 Novx 2026", "Nov 24,", "Nov 32, 2026", "Feb 29, 2023", "2026-11-24 13:05 XM", "2026-11-24 13:05 PM", "2026-11-24 0:05 AM",
               "2026-11-24 12:00 +1", "2026-11-24 12:00 +123", "2026-11-24 12:00Zulu", "2026-11-24 noon", "2026-11-24 12:00:", "3 May", "May", "1 2 2026", "12 000", "Mayor 3, 2020"]


def utc(t):
    return t if t.tzinfo else t.replace(tzinfo=UTC)


def main():
    g = random.Random(7)
    lines = []
    for i, (form, first) in enumerate(FORMATS):
        for t in DAYS + [d.datetime(g.randint(1900, 2099), g.randint(1, 12), g.randint(1, 28), g.randint(0, 23), g.randint(0, 59), g.randint(0, 59), g.choice([0, 250000, 123456])) for _ in range(12)]:
            if "%z" in form:
                if not 2 <= t.year <= 9998:
                    continue
                t = t.replace(tzinfo=d.timezone(d.timedelta(minutes=g.choice([0, 60, 120, -300, 330, -570, 765]))))
            if "%y" in form and not 1969 <= t.year <= 2068:
                continue
            text = t.strftime(form)
            year = f"{t.year:04d}"
            if "%Y" in form and year not in text:  # strftime of the C library does not pad the year
                text = t.replace(year=t.year + 4000).strftime(form).replace(f"{t.year + 4000}", year) if t.year < 1000 else text
                if year not in text:
                    continue
            try:
                back = utc(d.datetime.strptime(text, form))
            except ValueError:
                continue
            seconds = (back - EPOCH) / d.timedelta(microseconds=1) / 1e6
            p = back.astimezone(UTC)
            parts = [p.year, p.month, p.day, p.weekday(), p.timetuple().tm_yday - 1]
            clock = p.hour * 3600 + p.minute * 60 + p.second + p.microsecond / 1e6
            lines.append(f'    {{ "{text}", {-1 if first is None else int(first)}, {seconds!r}, {{ {", ".join(map(str, parts))} }}, {clock!r} }},')
    out = ["/* Written by tests/golden/make_dates.py with Python's datetime; not edited by hand. */", "/* clang-format off */",
           "typedef struct golden_date {", "    const char *text;", "    int day_first; /* -1: does not matter */", "    double seconds;", "    int parts[5]; /* year, month, day, weekday, day of the year */",
           "    double second_of_day;", "} golden_date;", "static const golden_date golden_dates[] = {", *lines, "};", "static const char *const golden_no_dates[] = {",
           *[f'    "{t}",' for t in IMPOSSIBLE], "};", ""]
    open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dates.h"), "w").write("\n".join(out))


main()
