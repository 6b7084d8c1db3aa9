#!/usr/bin/env python3
"""Writes the tables of expected.csv into a folder: broken ones, strange ones, and some that only look strange.

    tests/strange/make.py FOLDER

The same bytes every time. Each function below gives a family of files: pairs of a name and bytes.
"""
import gzip, io, json, os, pickle, random, sqlite3, struct, sys, tempfile, zipfile

ROWS = 60  # of a table, where nothing else is said


# --- plain tables -------------------------------------------------------------------------------------------------------------------

def measurements(n=ROWS, seed=1):
    """Rows [a, b, y]: two numbers, and a class that follows from them."""
    g = random.Random(seed)
    rows = []
    for i in range(n):
        a, b = g.gauss(0, 1), g.gauss(0, 1)
        rows.append([f"{a:.3f}", f"{b:.3f}", "yes" if a - b > 0 else "no"])
    return rows


def quoted(cell, separator=","):
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in separator + '"\r\n') else cell


def table(header, rows, separator=",", end="\n", coding="utf8"):
    lines = ([header] if header else []) + rows
    return "".join(separator.join(quoted(cell, separator) for cell in line) + end for line in lines).encode(coding)


ABY = ["a", "b", "y"]


def plain(**more):
    return table(ABY, measurements(), **more)


def replaced(row, column, text, rows=None):
    """The plain table with one cell in another form; row counts from 0."""
    rows = rows or measurements()
    rows[row][column] = text
    return table(ABY, rows)


def with_column(cell, name="x", n=ROWS, seed=1):
    """The plain table with one more column in front: cell(i, random generator) gives its text."""
    g = random.Random(seed)
    return table([name] + ABY, [[cell(i, g)] + row for i, row in enumerate(measurements(n, seed))])


def with_target(cell, name="y", n=ROWS, seed=1):
    g = random.Random(seed)
    return table(["a", "b", name], [row[:2] + [cell(i, g)] for i, row in enumerate(measurements(n, seed))])


def with_line(number, line):
    """The plain table with a line of its own (counted from 1, the header's) put in its place."""
    lines = plain().split(b"\n")
    lines[number - 1] = line
    return b"\n".join(lines)


# --- nothing there ------------------------------------------------------------------------------------------------------------------

def almost_nothing():
    yield "empty.csv", b""
    yield "one_byte.csv", b"x"
    yield "blanks_only.csv", b"   \n \t \n   "
    yield "newlines_only.csv", b"\n" * 50
    yield "bom_only.csv", b"\xef\xbb\xbf"
    yield "quotes_only.csv", b'"' * 7
    yield "separators_only.csv", b",,\n" * 20
    yield "header_only.csv", b"a,b,y\n"
    yield "header_without_line_end.csv", b"a,b,y"
    yield "one_column.csv", table(["a"], [[row[0]] for row in measurements()])
    yield "only_missing.csv", table(ABY, [["", "NA", "?"]] * 20)
    yield "one_row.csv", table(ABY, measurements(1))
    yield "two_rows.csv", b"a,b,y\n1.5,2,no\n3.5,1,yes\n"
    yield "three_rows.csv", b"a,b,y\n1.5,2,no\n3.5,1,yes\n2.5,4,no\n"
    yield "five_rows.csv", b"a,b,y\n1.5,2,10.5\n3.5,1,20.25\n2.5,4,12.5\n0.5,3,9.75\n4.5,2,22.5\n"


# --- rows that do not fit -----------------------------------------------------------------------------------------------------------

def ragged():
    yield "short_row.csv", with_line(5, b"1.5,2")
    yield "long_row.csv", with_line(31, b"1.5,2,no,3")
    yield "short_last_row.csv", plain() + b"1.5"
    yield "long_second_row.csv", with_line(2, b"1.5,2,no,")
    yield "no_final_line_end.csv", plain().rstrip(b"\n")
    two = plain().split(b"\n")
    two[9], two[19] = b"7", b"1,2,no,4"
    yield "two_bad_rows.csv", b"\n".join(two)
    yield "three_bad_rows.csv", b"\n".join(two[:29] + [b"1.5,2,no,"] + two[30:])
    yield "every_row_bad.csv", b"a,b,y\n" + b"1,2\n" * 20
    yield "trailing_separators.csv", table(ABY + [""], [row + [""] for row in measurements()])
    yield "trailing_blank_columns.csv", table(ABY + [""] * 4, [row + [""] * 4 for row in measurements()])
    yield "trailing_separators_below.csv", table(ABY, [row + [""] for row in measurements()])
    yield "comment_first.csv", b"# exported on 2026-11-24 by the accounting system\n" + plain()
    yield "comment_last.csv", plain() + b"# 60 rows\n"
    yield "title_line.csv", b"Quarterly report\n\n" + plain()
    yield "totals_row.csv", plain() + b"Total,12.5,\n"
    yield "two_tables.csv", plain() + b"\n" + table(["p", "q"], [["1", "2"]] * 5)


def quotes():
    yield "unclosed_quote.csv", with_line(7, b'"1.5,2,no')
    yield "unclosed_quote_in_header.csv", b'"a,b,y\n' + plain().split(b"\n", 1)[1]
    yield "unclosed_quote_at_the_end.csv", plain() + b'1.5,2,"no'
    yield "text_after_quote.csv", with_line(12, b'"1.5"x,2,no')
    yield "blank_after_quote.csv", with_line(12, b'"1.5" ,2,no')
    yield "backslash_quote.csv", with_line(12, b'"say \\"hi\\"",2,no')
    yield "quote_inside.csv", with_column(lambda i, g: f'{i % 5 + 1}" pipe').replace(b'"', b"").replace(b" pipe", b'" pipe')
    yield "all_quoted.csv", "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in [ABY] + measurements()).encode()
    yield "single_quotes.csv", "".join(",".join(f"'{cell}'" for cell in row) + "\n" for row in [ABY] + measurements()).encode()
    yield "line_ends_in_cells.csv", with_column(lambda i, g: g.choice(["one\ntwo", "one\r\ntwo", "three"]))
    yield "doubled_quotes.csv", with_column(lambda i, g: g.choice(['say "hi"', '"', '""', "no"]))


def encodings():
    names = with_column(lambda i, g: g.choice(["Zürich", "Genève", "Bern"]), name="Stadt").decode()
    yield "utf8.csv", names.encode()
    yield "latin1.csv", names.encode("latin1")
    yield "latin1_header.csv", table(["größe", "b", "y"], measurements(), coding="latin1")
    yield "windows1252.csv", with_column(lambda i, g: "5 €").decode().encode("cp1252")
    yield "utf16le_bom.csv", b"\xff\xfe" + names.encode("utf-16-le")
    yield "utf16be_bom.csv", b"\xfe\xff" + names.encode("utf-16-be")
    yield "utf16le.csv", names.encode("utf-16-le")
    yield "utf16be.csv", names.encode("utf-16-be")
    yield "utf32.csv", names.encode("utf-32")
    yield "invalid_utf8_header.csv", b"a\xff,b,y\n" + plain().split(b"\n", 1)[1]
    yield "invalid_utf8_cell.csv", with_line(9, b"1.5,2,n\xc3(")
    yield "invalid_utf8_quoted.csv", with_line(9, b'1.5,2,"n\xe2\x28\xa1"')
    yield "overlong_utf8.csv", with_line(9, b"1.5,2,n\xc0\xaf")
    yield "surrogate_utf8.csv", with_line(9, b"1.5,2,\xed\xa0\x80")
    yield "cut_utf8.csv", plain() + b"1.5,2,n\xc3"
    yield "nul_byte.csv", with_line(9, b"1.5,2\0,no")
    yield "nul_in_header.csv", with_line(1, b"a,\0b,y")
    yield "nul_in_quotes.csv", with_line(9, b'1.5,2,"n\0o"')
    yield "control_characters.csv", with_column(lambda i, g: g.choice(["\x01\x02", "\x1b[31mred", "\x7f"]), name="\x1b]0;title\x07\x1b[2J")
    yield "bom.csv", b"\xef\xbb\xbf" + plain()
    yield "bom_without_header.csv", b"\xef\xbb\xbf" + table(None, measurements())
    yield "bom_quoted_header.csv", b"\xef\xbb\xbf" + b'"a","b","y"\n' + plain().split(b"\n", 1)[1]


def separators():
    yield "semicolons.csv", plain(separator=";")
    yield "tabs.tsv", plain(separator="\t")
    yield "pipes.csv", plain(separator="|")
    yield "carets.csv", plain(separator="^")
    yield "spaces.csv", plain(separator=" ")
    yield "sep_line.csv", b"sep=;\n" + plain(separator=";")
    yield "commas_in_semicolons.csv", table(["note"] + ABY, [[f"so, {'a, b' * (i % 3)}"] + row for i, row in enumerate(measurements())], separator=";")
    yield "crlf.csv", plain(end="\r\n")
    yield "cr.csv", plain(end="\r")
    yield "mixed_line_ends.csv", b"".join(line + end for line, end in zip(plain().split(b"\n"), [b"\n", b"\r\n", b"\r", b"\n\r\n"] * 20))
    yield "blank_lines.csv", plain(end="\n\n\n")
    yield "blank_line_first.csv", b"\n\n  \n" + plain()
    yield "spaces_around.csv", b"".join(b", ".join(b" %s " % cell for cell in line.split(b",")) + b"\n" for line in plain().splitlines())
    yield "spaces_before_quotes.csv", b"".join(b", ".join(b'"%s"' % cell for cell in line.split(b",")) + b"\n" for line in plain().splitlines())


# --- headers ------------------------------------------------------------------------------------------------------------------------

def headers():
    rows = measurements()
    yield "no_header.csv", table(None, rows)
    yield "no_header_numbers.csv", table(None, [[a, b, str(int(y == "yes"))] for a, b, y in rows])
    yield "no_header_text.csv", table(None, [["red" if i % 3 else "blue", "small" if i % 2 else "large", y] for i, (a, b, y) in enumerate(rows)])
    yield "years_as_header.csv", table(["2023", "2024", "y"], rows)
    yield "numbers_as_header.csv", table(["1", "2", "3"], [[a, b, f"{float(a) - float(b):.3f}"] for a, b, y in rows])
    yield "two_header_lines.csv", b"a,b,y\nmetres,seconds,\n" + table(None, rows)
    yield "header_twice.csv", b"a,b,y\n" + plain()
    yield "duplicated_names.csv", table(["a", "a", "y"], rows)
    yield "duplicated_target.csv", table(["a", "y", "y"], rows)
    yield "many_duplicates.csv", table(["a"] * 5 + ["a.2", "y"], [[row[0]] * 6 + [row[2]] for row in rows])
    yield "empty_name.csv", table(["a", "", "y"], rows)
    yield "empty_names.csv", table(["", "", ""], rows)
    yield "pandas_index.csv", table(["", "a", "b", "y"], [[str(i)] + row for i, row in enumerate(rows)])
    yield "names_with_quotes.csv", table(['the "a"', "it's, b", 'y"'], rows)
    yield "names_with_line_ends.csv", table(["a\nb", "c\r\nd", "y\n"], rows)
    yield "emoji_names.csv", table(["🌡️", "高さ", "été 🎉"], rows)
    yield "long_names.csv", table(["a" * 1000, "b" * 1000, "y" * 1000], rows)
    yield "very_long_name.csv", table(["a" * 300000, "b", "y"], rows)
    yield "html_names.csv", table(["<b>a</b>", "<script>alert(1)</script>", "&amp;"], rows)
    yield "format_names.csv", table(["%s%n%x", "%99999999d", "{}"], rows)
    yield "same_but_blanks.csv", table(["a", " a ", "y"], rows)
    yield "same_but_case.csv", table(["a", "A", "y"], rows)
    yield "option_names.csv", table(["--out", "-", "=y"], rows)


# --- cells --------------------------------------------------------------------------------------------------------------------------

def numbers():
    number = lambda f: with_column(lambda i, g: f(g.gauss(0, 1), i))
    yield "nan_cells.csv", number(lambda v, i: "NaN" if i % 7 == 0 else f"{v:.3f}")
    yield "infinite_cells.csv", number(lambda v, i: ["inf", "-inf", "Infinity"][i % 3] if i % 7 == 0 else f"{v:.3f}")
    yield "only_infinite.csv", number(lambda v, i: "inf" if v > 0 else "-inf")
    yield "thousands.csv", number(lambda v, i: f"{v * 1e6:,.0f}")
    yield "thousands_and_decimals.csv", number(lambda v, i: f"{v * 1e6:,.2f}")
    yield "decimal_commas.csv", table(ABY, [[a.replace(".", ","), b.replace(".", ","), y] for a, b, y in measurements()], separator=";")
    yield "decimal_commas_quoted.csv", table(ABY, [[a.replace(".", ","), b.replace(".", ","), y] for a, b, y in measurements()])
    yield "european_thousands.csv", table(ABY, [[f"{float(a) * 1e5:,.2f}".translate(str.maketrans(",.", ".,")), b.replace(".", ","), y]
                                                for a, b, y in measurements()], separator=";")
    yield "swiss_thousands.csv", number(lambda v, i: f"{v * 1e6:,.0f}".replace(",", "'"))
    yield "huge_numbers.csv", number(lambda v, i: f"{v:.3f}e307")
    yield "denormals.csv", number(lambda v, i: f"{v:.3f}e-320")
    yield "beyond_double.csv", number(lambda v, i: f"{v:.3f}e400")
    yield "many_digits.csv", number(lambda v, i: f"{v:.3f}" + "1234567890" * 40)
    yield "hexadecimal.csv", number(lambda v, i: hex(i * 37 % 256))
    yield "underscores.csv", number(lambda v, i: f"{i * 7919:_d}")
    yield "signs.csv", number(lambda v, i: f"{v:+.3f}")
    yield "minus_signs.csv", number(lambda v, i: f"{v:.3f}".replace("-", "\u2212"))
    yield "accounting.csv", number(lambda v, i: f"({-v:.2f})" if v < 0 else f"{v:.2f}")
    yield "negative_zeros.csv", number(lambda v, i: ["-0", "0", "-0.0", "+0"][i % 4])
    yield "scientific.csv", number(lambda v, i: f"{v:.3E}" if i % 2 else f"{v * 1000:.2e}")
    yield "points_without_digits.csv", number(lambda v, i: [".5", "5.", "-.25", "1.e2"][i % 4])
    yield "arabic_digits.csv", number(lambda v, i: str(i % 30 + 10).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    yield "fullwidth_digits.csv", number(lambda v, i: str(i % 30 + 10).translate(str.maketrans("0123456789", "０１２３４５６７８９")))
    yield "currency.csv", number(lambda v, i: f"${abs(v) * 100:.2f}")
    yield "percentages.csv", number(lambda v, i: f"{abs(v) * 10:.1f} %")
    yield "units.csv", number(lambda v, i: f"{abs(v) * 10:.1f}kg")
    yield "fractions.csv", number(lambda v, i: f"{i % 50 + 1}/{i % 7 + 2}")
    yield "ranges.csv", number(lambda v, i: f"{i % 9 * 10}-{i % 9 * 10 + 9}")
    yield "zip_codes.csv", number(lambda v, i: f"{(i * 37) % 25 + 601:05d}")
    yield "no_break_spaces.csv", number(lambda v, i: f"\u00a0{v:.3f}\u00a0")
    yield "mixed_types.csv", number(lambda v, i: f"{v:.3f}" if i % 10 else ["n/k", "see note", "unknown"][i // 10 % 3])
    yield "one_typo.csv", number(lambda v, i: f"{v:.3f}" if i != 40 else "1.2.3")
    yield "late_text.csv", with_column(lambda i, g: str(i * 3 % 5000) if i < 19990 else "lost", n=20000)
    yield "large_offset.csv", number(lambda v, i: f"{1e15 + v:.3f}")
    yield "one_outlier.csv", number(lambda v, i: f"{v:.3f}" if i != 30 else "1e300")


def kinds():
    column = lambda f: with_column(f)
    yield "booleans.csv", table(["p", "q", "r", "s", "t", "y"], [[["yes", "no"][i % 2], ["True", "FALSE"][i // 2 % 2], ["0", "1"][i // 3 % 2], ["on", "off"][i // 5 % 2],
                                                                  ["T", "F"][i // 7 % 2], row[2]] for i, row in enumerate(measurements())])
    yield "mixed_booleans.csv", column(lambda i, g: ["yes", "no", "TRUE", "0", "f", "Y"][i % 6])
    yield "constant.csv", column(lambda i, g: "7")
    yield "constant_with_missing.csv", column(lambda i, g: "7" if i % 3 else "")
    yield "all_missing_column.csv", column(lambda i, g: "")
    yield "all_but_one_missing.csv", column(lambda i, g: "3.5" if i == 20 else "NA")
    yield "only_constants.csv", table(ABY, [["1", "x", row[2]] for row in measurements()])
    yield "ids.csv", column(lambda i, g: str(10001 + i))
    yield "uuids.csv", column(lambda i, g: f"{g.getrandbits(32):08x}-{g.getrandbits(16):04x}-4{g.getrandbits(12):03x}-a{g.getrandbits(12):03x}-{g.getrandbits(48):012x}")
    yield "emails.csv", column(lambda i, g: f"user{g.randrange(10**6)}@example.org")
    yield "only_ids.csv", table(["id", "name", "y"], [[str(1001 + i), f"person {i * 7919 % 1000}", row[2]] for i, row in enumerate(measurements())])
    yield "free_text.csv", column(lambda i, g: " ".join(g.choice("the a of small large dog house ran sat over under tree".split()) for _ in range(12)) + f" {i}")
    yield "json_cells.csv", column(lambda i, g: json.dumps({"a": [1, "x, y"], "n": i}))
    yield "missing_marks.csv", column(lambda i, g: ["", "NA", "N/A", "NaN", "null", "?", "nan", "NULL", " ", "n/a"][i // 4 % 10] if i % 4 == 0 else f"{g.gauss(0, 1):.3f}")
    yield "sentinels.csv", column(lambda i, g: "-999" if i % 6 == 0 else f"{g.gauss(0, 1):.3f}")
    yield "blank_cells.csv", column(lambda i, g: "  " if i % 5 == 0 else f"{g.gauss(0, 1):.3f}")
    yield "half_the_cells_missing.csv", table(ABY, [["" if (i + j) % 2 else cell for j, cell in enumerate(row[:2])] + row[2:] for i, row in enumerate(measurements())])
    yield "strange_values.csv", column(lambda i, g: g.choice(["%s%n", "<b>x</b>", "🎉", 'a "b"', "a,b", "a\nb", "x" * 1000, "'; drop table", "=1+1", "\\", "../../etc"]))
    yield "same_but_blanks_and_case.csv", column(lambda i, g: g.choice(["Bern", "bern", " Bern", "BERN "]))
    yield "unicode_forms.csv", column(lambda i, g: g.choice(["é", "e\u0301", "\ufb01", "fi"]))
    yield "ten_megabyte_cell.csv", with_line(9, b"1.5,2," + b"no " * 3500000)
    yield "ten_megabyte_quoted_cell.csv", with_column(lambda i, g: '"\n' * 2500000 if i == 30 else "short")
    yield "long_lines.csv", table([f"c{j}" for j in range(3000)] + ["y"], [[f"{i * j % 17}.{i * j % 1009:06d}" for j in range(3000)] + row[2:] for i, row in enumerate(measurements(30))])
    yield "wide.csv", table([f"c{j}" for j in range(20000)] + ["y"], [[f"{(i * 7919 + j * 104729) % 89 / 8:g}" for j in range(20000)] + row[2:] for i, row in enumerate(measurements(40))])
    yield "wide_missing.csv", table([f"c{j}" for j in range(5000)] + ["y"], [[""] * 4999 + row[0:1] + row[2:] for row in measurements(40)])
    yield "million_rows.csv", b"a\n" + b"0\n1\n1\n2\n" * 250000
    yield "hundred_thousand_rows.csv", b"a,y\n" + b"0,0\n1,1\n1,0\n2,1\n" * 25000
    yield "fifty_thousand_categories.csv", table(["word", "y"], [[f"w{i % 50000 * 7919 % 50000}", "no" if i % 3 else "yes"] for i in range(60000)])
    yield "thousand_categories.csv", table(["word", "y"], [[f"w{i * 7919 % 1000}", "no" if i * 7919 % 1000 % 3 else "yes"] for i in range(4000)])


def dates():
    column = lambda f: with_column(lambda i, g: f(2020 + i % 5, i % 12 + 1, i * 7 % 28 + 1, i % 24, i % 60))
    yield "dates_iso.csv", column(lambda y, m, d, h, s: f"{y}-{m:02d}-{d:02d}")
    yield "dates_time.csv", column(lambda y, m, d, h, s: f"{y}-{m:02d}-{d:02d}T{h:02d}:{s:02d}:{s:02d}Z")
    yield "dates_german.csv", column(lambda y, m, d, h, s: f"{d:02d}.{m:02d}.{y}")
    yield "dates_american.csv", column(lambda y, m, d, h, s: f"{m}/{d}/{y}")
    yield "dates_mixed.csv", column(lambda y, m, d, h, s: f"{y}-{m:02d}-{d:02d}" if s % 2 else f"{d:02d}.{m:02d}.{y}")
    yield "dates_impossible.csv", column(lambda y, m, d, h, s: f"{y}-{m + 1:02d}-{d + 3:02d}")
    yield "dates_beyond.csv", column(lambda y, m, d, h, s: f"{y * 4 % 9000 + 1000}-{m:02d}-{d:02d}" if s % 3 else "9999-12-31")
    yield "dates_words.csv", column(lambda y, m, d, h, s: f"{d} {'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()[m - 1]} {y}")
    yield "dates_unix.csv", column(lambda y, m, d, h, s: str(1600000000 + m * 2592000 + d * 86400 + s))
    yield "times.csv", column(lambda y, m, d, h, s: f"{h:02d}:{s:02d}")
    yield "date_target.csv", with_target(lambda i, g: f"2024-{i % 12 + 1:02d}-{i * 7 % 28 + 1:02d}")


# --- targets ------------------------------------------------------------------------------------------------------------------------

def targets():
    g = random.Random(3)
    yield "one_class.csv", with_target(lambda i, g: "yes")
    yield "one_class_and_missing.csv", with_target(lambda i, g: "yes" if i % 2 else "")
    yield "constant_number_target.csv", with_target(lambda i, g: "5.5")
    yield "missing_target.csv", with_target(lambda i, g: "")
    yield "some_targets_missing.csv", with_target(lambda i, g: "?" if i % 5 == 0 else ["no", "yes"][i % 2])
    yield "one_target_left.csv", with_target(lambda i, g: "yes" if i == 30 else "NA")
    yield "class_of_one.csv", with_target(lambda i, g: "rare" if i == 30 else ["no", "yes"][i % 2])
    yield "classes_of_one.csv", table(ABY, [[row[0], row[1], f"class {i}"] for i, row in enumerate(measurements(5))])
    yield "distinct_text_target.csv", with_target(lambda i, g: f"person {i}")
    yield "class_2_and_2.0.csv", with_target(lambda i, g: ["1", "1.0", "2", "2.0"][i % 4])
    yield "five_thousand_classes.csv", table(["a", "y"], [[f"{i % 5000}.{i % 10}", f"c{i % 5000}"] for i in range(15000)])
    yield "infinite_target.csv", with_target(lambda i, g: "inf" if i == 30 else f"{g.gauss(0, 1):.3f}")
    yield "nan_target.csv", with_target(lambda i, g: "NaN" if i % 6 == 0 else f"{g.gauss(0, 1):.3f}")
    yield "huge_target.csv", with_target(lambda i, g: f"{g.gauss(0, 1):.3f}e300")
    yield "tiny_target.csv", with_target(lambda i, g: f"{g.gauss(0, 1):.3f}e-300")
    yield "skewed_target.csv", with_target(lambda i, g: f"{2.718281828 ** (6 * g.gauss(0, 1)):.6g}")
    yield "nearly_constant_target.csv", with_target(lambda i, g: "1000000.5" if i % 2 else "1000000.5000001")
    yield "almost_numbers_target.csv", with_target(lambda i, g: "unknown" if i == 30 else f"{g.gauss(0, 1):.3f}")
    yield "boolean_target.csv", with_target(lambda i, g: ["TRUE", "false", "True", "FALSE"][i % 4])
    yield "strange_classes.csv", with_target(lambda i, g: ["%s%n", "<b>x</b>", "🎉, or\nnot", 'a "b"'][i % 4])
    yield "long_classes.csv", with_target(lambda i, g: "ab"[i % 2] * 5000)
    yield "blank_classes.csv", with_target(lambda i, g: ["no", " no", "yes", "yes "][i % 4])
    yield "rare_positive.csv", with_target(lambda i, g: "1" if i in (100, 200, 300) else "0", n=1000)
    yield "same_rows.csv", table(ABY, [["1.5", "2.5", "no"], ["3.5", "0.5", "yes"]] * 50)
    yield "same_rows_other_classes.csv", table(ABY, [["1.5", "2.5", "no"], ["1.5", "2.5", "yes"]] * 50)
    yield "leak.csv", table(["leak"] + ABY, [["1" if row[2] == "yes" else "0"] + row for row in measurements()])
    yield "leak_text.csv", table(["leak"] + ABY, [[f"{row[2]}!"] + row for row in measurements(400)])
    yield "sorted_labels.csv", table(ABY, sorted(measurements(200), key=lambda row: row[2]))
    yield "target_first.csv", table(["y", "a", "b"], [row[2:] + row[:2] for row in measurements()])


def weights_and_splits():
    def table_with(name, cell, n=ROWS):
        return table([name] + ABY, [[cell(i)] + row for i, row in enumerate(measurements(n))])
    yield "weights.csv", table_with("w", lambda i: f"{0.5 + i % 3}")
    yield "negative_weight.csv", table_with("w", lambda i: "-1" if i == 30 else f"{1 + i % 3}")
    yield "zero_weight.csv", table_with("w", lambda i: "0" if i == 30 else f"{1 + i % 3}")
    yield "missing_weight.csv", table_with("w", lambda i: "" if i == 30 else f"{1 + i % 3}")
    yield "text_weight.csv", table_with("w", lambda i: "heavy" if i % 2 else "light")
    yield "infinite_weight.csv", table_with("w", lambda i: "inf" if i == 30 else f"{1 + i % 3}")
    yield "split_words.csv", table_with("part", lambda i: ["train", "train", "train", "validation", "test"][i % 5])
    yield "split_bad_word.csv", table_with("part", lambda i: "exam" if i == 30 else ["train", "train", "train", "validation", "test"][i % 5])
    yield "split_no_train.csv", table_with("part", lambda i: "test")
    yield "split_missing.csv", table_with("part", lambda i: "" if i == 30 else ["train", "train", "train", "validation", "test"][i % 5])
    yield "split_text_time.csv", table_with("when", lambda i: ["morning", "noon", "evening"][i % 3])
    yield "split_same_time.csv", table_with("when", lambda i: "2026-11-24")
    yield "split_missing_time.csv", table_with("when", lambda i: "" if i == 30 else f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}")
    yield "split_one_group.csv", table_with("group", lambda i: "all")
    yield "split_two_groups.csv", table_with("group", lambda i: "ab"[i % 2])
    yield "split_missing_group.csv", table_with("group", lambda i: "" if i == 30 else f"g{i % 12}")
    rows = measurements()
    yield "category_only_in_test.csv", table(["part", "town"] + ABY, [[["train", "train", "train", "validation", "test"][i % 5],
                                                                     "Atlantis" if i % 5 == 4 else ["Bern", "Genf"][i % 2]] + row for i, row in enumerate(rows)])
    yield "class_only_in_test.csv", table(["part"] + ABY, [[["train", "train", "train", "validation", "test"][i % 5]] + row[:2] + ["never" if i % 5 == 4 else row[2]]
                                                           for i, row in enumerate(rows)])


# --- compressed, binary, and other formats ------------------------------------------------------------------------------------------

def squeezed(data):
    return gzip.compress(data, mtime=0)


def compressed():
    good = squeezed(plain())
    yield "good.csv.gz", good
    yield "gz_without_its_name.csv", good
    yield "named_gz_but_plain.csv.gz", plain()
    yield "empty.csv.gz", b""
    yield "gz_of_nothing.csv.gz", squeezed(b"")
    yield "gz_cut.csv.gz", good[:-200]
    yield "gz_cut_in_trailer.csv.gz", good[:-3]
    yield "gz_header_only.csv.gz", good[:10]
    yield "gz_magic_only.csv.gz", good[:2]
    yield "gz_garbage.csv.gz", good[:10] + random.Random(5).randbytes(400)
    yield "gz_bad_checksum.csv.gz", good[:-8] + bytes(b ^ 0xff for b in good[-8:-4]) + good[-4:]
    yield "gz_trailing_garbage.csv.gz", good + b"garbage at the end"
    yield "gz_trailing_zeros.csv.gz", good + bytes(512)
    half = len(plain()) // 2
    yield "gz_two_members.csv.gz", squeezed(plain()[:half]) + squeezed(plain()[half:])
    yield "gz_twice.csv.gz", squeezed(good)
    yield "gz_bomb.csv.gz", squeezed(b"a,b,y\n" + b"0" * 200_000_000)


def npy(header, data=b"", version=1):
    text = header.encode() if isinstance(header, str) else header
    size = struct.pack("<H", len(text)) if version == 1 else struct.pack("<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + data


def described(descr, shape, fortran=False):
    text = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape!r}, }}"
    return text + " " * (63 - (len(text) + 10) % 64) + "\n"


def doubles(rows=ROWS, form="<f8", transposed=False):
    """[rows, 3]: two numbers and a class 0 or 1."""
    values = [[float(a), float(b), float(y == "yes")] for a, b, y in measurements(rows)]
    order = zip(*values) if transposed else values
    code = {"f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "u1": "B"}[form[1:]]
    return struct.pack(f"{'>' if form[0] == '>' else '<'}{rows * 3}{code}", *(v if code in "dfe" else int(abs(v) * 50) for row in order for v in row))


def arrays():
    yield "good.npy", npy(described("<f8", (ROWS, 3)), doubles())
    yield "npy_big_endian.npy", npy(described(">f8", (ROWS, 3)), doubles(form=">f8"))
    yield "npy_fortran.npy", npy(described("<f8", (ROWS, 3), True), doubles(transposed=True))
    yield "npy_half.npy", npy(described("<f2", (ROWS, 3)), doubles(form="<f2"))
    yield "npy_bytes.npy", npy(described("|u1", (ROWS, 3)), doubles(form="|u1"))
    yield "npy_version_2.npy", npy(described("<f8", (ROWS, 3)), doubles(), version=2)
    yield "npy_version_9.npy", npy(described("<f8", (ROWS, 3)), doubles(), version=9)
    yield "npy_bad_header.npy", npy("{'descr': '<f8', 'shape': (60", doubles())
    yield "npy_python_code.npy", npy("__import__('os').system('touch hacked')\n", doubles())
    yield "npy_header_too_long.npy", b"\x93NUMPY\x01\x00\xff\xff{'descr': '<f4', 'shape': (99999999999,)}"
    yield "npy_cut_header.npy", b"\x93NUMPY\x01\x00"
    yield "npy_magic_only.npy", b"\x93NUMPY"
    yield "npy_cut_data.npy", npy(described("<f8", (ROWS, 3)), doubles()[:-1])
    yield "npy_too_much_data.npy", npy(described("<f8", (ROWS, 3)), doubles() + b"more")
    yield "npy_huge_shape.npy", npy(described("<f8", (1 << 62, 3)), doubles())
    yield "npy_overflowing_shape.npy", npy(described("<f8", (1 << 32, 1 << 32)), doubles())
    yield "npy_negative_shape.npy", npy(described("<f8", (-60, 3)), doubles())
    yield "npy_no_rows.npy", npy(described("<f8", (0, 3)))
    yield "npy_no_columns.npy", npy(described("<f8", (ROWS, 0)))
    yield "npy_one_axis.npy", npy(described("<f8", (ROWS * 3,)), doubles())
    yield "npy_scalar.npy", npy(described("<f8", ()), struct.pack("<d", 1.5))
    yield "npy_three_axes.npy", npy(described("<f8", (20, 3, 3)), doubles())
    yield "npy_objects.npy", npy(described("|O", (ROWS, 3)), pickle.dumps([1, 2, 3], 2))
    yield "npy_complex.npy", npy(described("<c16", (ROWS, 3)), doubles() * 2)
    yield "npy_strings.npy", npy(described("<U2", (ROWS, 3)), ("ab" * ROWS * 3).encode("utf-32-le"))
    yield "npy_records.npy", npy(described([("a", "<f8"), ("b", "<f8"), ("y", "<f8")], (ROWS,)), doubles())
    x = npy(described("<f8", (ROWS, 2)), struct.pack(f"<{ROWS * 2}d", *(float(v) for row in measurements() for v in row[:2])))
    y = npy(described("<i8", (ROWS,)), struct.pack(f"<{ROWS}q", *(row[2] == "yes" for row in measurements())))
    yield "good.npz", archive({"X.npy": x, "y.npy": y})
    yield "npz_compressed.npz", archive({"x.npy": x, "y.npy": y}, zipfile.ZIP_DEFLATED)
    yield "npz_one_array.npz", archive({"anything.npy": npy(described("<f8", (ROWS, 3)), doubles())})
    yield "npz_no_y.npz", archive({"X.npy": x})
    yield "npz_no_x.npz", archive({"y.npy": y, "z.npy": y})
    yield "npz_other_names.npz", archive({"features.npy": x, "labels.npy": y})
    yield "npz_lengths_differ.npz", archive({"X.npy": x, "y.npy": npy(described("<i8", (7,)), bytes(56))})
    yield "npz_objects.npz", archive({"X.npy": x, "y.npy": npy(described("|O", (ROWS,)), pickle.dumps(["no", "yes"], 2))})
    yield "npz_empty.npz", b"PK\5\6" + bytes(18)
    yield "npz_cut.npz", archive({"X.npy": x, "y.npy": y})[:-100]
    damaged = bytearray(archive({"X.npy": x, "y.npy": y}, zipfile.ZIP_DEFLATED))
    damaged[200:260] = bytes(60)
    yield "npz_damaged.npz", bytes(damaged)


def archive(files, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in files.items():
            z.writestr(zipfile.ZipInfo(name, (2026, 11, 24, 0, 0, 0)), data, method)
    return out.getvalue()


def images():
    n, side = 40, 6
    g = random.Random(1)
    labels = bytes(i % 2 for i in range(n))
    pixels = b"".join(bytes(min(255, max(0, int(g.gauss(60 + 120 * label, 30)))) for _ in range(side * side)) for label in labels)
    head = lambda *sizes: struct.pack(f">{len(sizes) + 1}I", 0x800 + len(sizes), *sizes)
    yield "good-images-idx3-ubyte", head(n, side, side) + pixels
    yield "good-labels-idx1-ubyte", head(n) + labels
    yield "alone-images-idx3-ubyte", head(n, side, side) + pixels
    yield "fewer-images-idx3-ubyte", head(n, side, side) + pixels
    yield "fewer-labels-idx1-ubyte", head(n - 3) + labels[:-3]
    yield "swapped-images-idx3-ubyte", head(n, side, side) + pixels
    yield "swapped-labels-idx1-ubyte", head(n, side, side) + pixels
    yield "huge-images-idx3-ubyte", head(0x7fffffff, 0x7fffffff, 28) + pixels
    yield "cut-images-idx3-ubyte", head(n, side, side) + pixels[:-1]
    yield "longer-images-idx3-ubyte", head(n, side, side) + pixels + b"more"
    yield "none-images-idx3-ubyte", head(0, side, side)
    yield "flat-images-idx3-ubyte", head(n, 0, side)
    yield "headless-images-idx3-ubyte", head(n, side, side)[:7]
    yield "floats-images-idx3-ubyte", b"\0\0\x0d\3" + head(n, side, side)[4:] + pixels * 4
    yield "rank5-images-idx3-ubyte", b"\0\0\x08\5" + struct.pack(">5I", n, side, side, 1, 1) + pixels
    yield "only-labels-idx1-ubyte", head(n) + labels


def sqlite_file():
    path = os.path.join(tempfile.mkdtemp(), "t.db")
    with sqlite3.connect(path) as db:
        db.execute("create table t (a real, b real, y text)")
        db.executemany("insert into t values (?, ?, ?)", measurements())
    db.close()
    data = open(path, "rb").read()
    os.remove(path)
    os.rmdir(os.path.dirname(path))
    return data


def other_formats():
    sheet = '<?xml version="1.0"?><worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>'
    yield "workbook.xlsx", archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": sheet.encode()}, zipfile.ZIP_DEFLATED)
    yield "old_workbook.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    yield "archive.zip", archive({"data.csv": plain()}, zipfile.ZIP_DEFLATED)
    yield "picture.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0) + bytes(60)
    yield "picture.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + random.Random(6).randbytes(500)
    yield "paper.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    yield "table.parquet", b"PAR1" + random.Random(7).randbytes(600) + b"PAR1"
    yield "table.feather", b"ARROW1\0\0" + random.Random(8).randbytes(600) + b"ARROW1"
    yield "table.h5", b"\x89HDF\r\n\x1a\n" + random.Random(9).randbytes(600)
    yield "base.sqlite", sqlite_file()
    yield "array.json", json.dumps([dict(zip(ABY, row)) for row in measurements()]).encode()
    yield "array_indented.json", json.dumps([dict(zip(ABY, row)) for row in measurements()], indent=2).encode()
    yield "lines.jsonl", "".join(json.dumps(dict(zip(ABY, row))) + "\n" for row in measurements()).encode()
    yield "page.html", b"<!DOCTYPE html>\n<html><body><h1>404, not found</h1>\n<p>The page, alas, is gone.</p></body></html>\n"
    yield "error.xml", b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\n'
    yield "frame.pkl", pickle.dumps({"a": [1.5, 2.5], "y": ["no", "yes"]}, 4)
    yield "table.bz2", b"BZh91AY&SY" + random.Random(10).randbytes(400)
    yield "table.xz", b"\xfd7zXZ\0\0\4" + random.Random(11).randbytes(400)
    yield "table.zst", b"\x28\xb5\x2f\xfd" + random.Random(12).randbytes(400)
    yield "data.arff", b"@relation iris\n@attribute a numeric\n@attribute y {no,yes}\n@data\n1.5,no\n2.5,yes\n"
    yield "lfs_pointer.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
    yield "noise.csv", random.Random(5).randbytes(5000)
    yield "prose.txt", b"It was the best of times, it was the worst of times,\nit was the age of wisdom, it was the age of foolishness,\n\nand so on.\n" * 3
    yield "markdown.md", b"| a | b | y |\n|---|---|---|\n" + b"".join(b"| %s |\n" % b" | ".join(line.split(b",")) for line in plain().splitlines()[1:])
    yield "fixed_width.txt", b"".join(b"%-10s%-10s%-5s\n" % tuple(line.split(b",")) for line in plain().splitlines())


# --- rows to predict: the model was trained on people.csv ---------------------------------------------------------------------------

PEOPLE = ["age", "income", "town", "member", "since", "buys"]


def people(n, seed=2):
    g = random.Random(seed)
    rows = []
    for i in range(n):
        age, income = g.randrange(18, 80), g.gauss(50000, 15000)
        rows.append([str(age), f"{income:.2f}", g.choice(["Bern", "Genf", "Basel"]), g.choice(["yes", "no"]), f"20{g.randrange(10, 25)}-{g.randrange(1, 13):02d}-{g.randrange(1, 29):02d}",
                     "yes" if age > 45 else "no"])
    return rows


def to_predict():
    rows = people(12, seed=3)
    features = [row[:5] for row in rows]
    yield "people.csv", table(PEOPLE, people(150))
    yield "p_single_row.csv", table(PEOPLE[:5], features[:1])
    yield "p_with_target.csv", table(PEOPLE, rows)
    yield "p_target_empty.csv", table(PEOPLE, [row[:5] + [""] for row in rows])
    yield "p_target_unseen.csv", table(PEOPLE, [row[:5] + ["perhaps"] for row in rows])
    yield "p_reordered.csv", table(PEOPLE[4::-1], [row[4::-1] for row in rows])
    yield "p_extra.csv", table(PEOPLE[:5] + ["shoe", "hat"], [row + ["42", "felt"] for row in features])
    yield "p_missing_column.csv", table(PEOPLE[1:5], [row[1:5] for row in features])
    yield "p_three_columns_missing.csv", table(PEOPLE[2:4], [row[2:4] for row in features])
    yield "p_other_case.csv", table([name.upper() for name in PEOPLE[:5]], features)
    yield "p_nothing_fits.csv", plain()
    yield "p_empty.csv", b""
    yield "p_header_only.csv", table(PEOPLE[:5], [])
    yield "p_no_header.csv", table(None, features)
    yield "p_semicolons.csv", table(PEOPLE[:5], features, separator=";")
    yield "p_tabs_crlf_bom.csv", b"\xef\xbb\xbf" + table(PEOPLE[:5], features, separator="\t", end="\r\n")
    yield "p_decimal_commas.csv", table(PEOPLE[:5], [[row[0], row[1].replace(".", ",")] + row[2:] for row in features], separator=";")
    yield "p_text_for_number.csv", table(PEOPLE[:5], [["old" if i == 4 else row[0]] + row[1:] for i, row in enumerate(features)])
    yield "p_number_for_text.csv", table(PEOPLE[:5], [row[:2] + ["17"] + row[3:] for row in features])
    yield "p_infinite.csv", table(PEOPLE[:5], [row[:1] + ["inf" if i == 4 else row[1]] + row[2:] for i, row in enumerate(features)])
    yield "p_huge.csv", table(PEOPLE[:5], [row[:1] + ["1e300" if i == 4 else row[1]] + row[2:] for i, row in enumerate(features)])
    yield "p_bad_date.csv", table(PEOPLE[:5], [row[:4] + ["soon" if i == 4 else row[4]] for i, row in enumerate(features)])
    yield "p_unseen_town.csv", table(PEOPLE[:5], [row[:2] + ["Atlantis"] + row[3:] for row in features])
    yield "p_unseen_member.csv", table(PEOPLE[:5], [row[:3] + ["maybe"] + row[4:] for row in features])
    yield "p_missing_cells.csv", table(PEOPLE[:5], [["" if (i + j) % 3 == 0 else cell for j, cell in enumerate(row)] for i, row in enumerate(features)])
    yield "p_all_missing.csv", table(PEOPLE[:5], [[""] * 5] * 12)
    yield "p_short_row.csv", table(PEOPLE[:5], features[:6] + [features[6][:3]] + features[7:])
    yield "p_latin1.csv", table(PEOPLE[:5], [row[:2] + ["Zürich"] + row[3:] for row in features], coding="latin1")
    yield "p_late_bad_row.csv", table(PEOPLE[:5], features * 1000 + [features[0][:2]])
    yield "p_duplicated_names.csv", table(["age"] + PEOPLE[:5], [["1"] + row for row in features])


FAMILIES = [almost_nothing, ragged, quotes, encodings, separators, headers, numbers, kinds, dates, targets, weights_and_splits, compressed, arrays, images, other_formats,
            to_predict]


def tables():
    for family in FAMILIES:
        yield from family()


def special(folder):
    """What is no plain file."""
    os.mkdir(os.path.join(folder, "folder.csv"))
    os.mkfifo(os.path.join(folder, "pipe.csv"))
    os.symlink("nowhere.csv", os.path.join(folder, "broken_link.csv"))
    os.symlink("loop.csv", os.path.join(folder, "loop.csv"))
    forbidden = os.path.join(folder, "forbidden.csv")
    open(forbidden, "wb").write(plain())
    os.chmod(forbidden, 0)


def make(folder):
    """Writes every table; returns their names."""
    os.makedirs(folder, exist_ok=True)
    names = []
    for name, data in tables():
        assert name not in names, name
        names.append(name)
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    special(folder)
    return names + ["folder.csv", "pipe.csv", "broken_link.csv", "loop.csv", "forbidden.csv"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(len(make(sys.argv[1])), "tables")
