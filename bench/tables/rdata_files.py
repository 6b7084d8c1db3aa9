"""Reads R's data sets out of an unpacked Debian package, without R: .rda and .RData files, and the lazy-load base data/Rdata.{rdx,rdb}."""
import bz2, glob, gzip, lzma, os, warnings, zlib

import rdata


def convert(parse, source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # attributes and classes that a table does not need
        return rdata.conversion.convert(parse(source))


def lazy_load_base(stem):
    """{name: (offset, length)} of <stem>.rdx; the values lie in <stem>.rdb, each packed alone: 4 bytes of size, then zlib, or a letter and bzip2 or xz."""
    with open(stem + ".rdx", "rb") as file:
        index = convert(rdata.parser.parse_data, gzip.decompress(file.read()))
    return {name: (int(place[0]), int(place[1])) for name, place in index["variables"].items()}


def lazy_load(stem, offset, length):
    with open(stem + ".rdb", "rb") as file:
        file.seek(offset)
        packed = file.read(length)
    if packed[4:5] == b"2":
        plain = bz2.decompress(packed[5:])
    elif packed[4:5] == b"Z":
        plain = lzma.decompress(packed[5:], format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}])
    else:
        plain = zlib.decompress(packed[4:])
    return convert(rdata.parser.parse_data, plain)


def data_sets(folder):
    """Yields (name, reader) of every object in the data folders beneath."""
    for path in sorted(glob.glob(os.path.join(folder, "**", "data", "*"), recursive=True)):
        stem, ending = os.path.splitext(path)
        if ending == ".rdx":
            for name, place in lazy_load_base(stem).items():
                yield name, lambda stem=stem, place=place: lazy_load(stem, *place)
        elif ending.lower() in (".rda", ".rdata"):
            yield os.path.basename(stem), lambda path=path: convert(rdata.parser.parse_file, path)


def read(folder, name):
    """The object `name`, which may be one of several in a file, as dhfr of file.rda is written "file/dhfr"."""
    whole, _, part = name.partition("/")
    for found, reader in data_sets(folder):
        if found == whole:
            value = reader()
            if isinstance(value, dict) and (part or whole) in value:
                value = value[part or whole]
            return value
    raise KeyError(f"{folder} has no data set {name}")
