#!/usr/bin/env python3
"""What Helm's own library reads in values: recorded for the unit tests, and compared with what was recorded.

    values.py record FILE      asks the library (PyPI helm-python-sdk) about each text below, and writes the answers
    values.py check FILE       asks again; ends with 1 where an answer is another one

Needs helm_python on PYTHONPATH; `Scripts/helm/venv` sees to that. A text that Helm reads now in one way and now in another
(the keys 1 and "1" in one mapping) is none of them.
"""
import json
import sys

# One value each.
SCALARS = """22:22 [22:22] 12:30 190:20:30.15 1:2:3 y n Y N yes On OFF True tRUE "y" 'y' ~ Null NULL nULL
!!binary•aGVsbG8= !!binary•"/w==" !!binary•"5LgA" !!binary•"5LiA5Lg=" !!binary•"%%" !!binary•"aGVs•bG8="
-.5e2 .5 .5e2 +.5 .5_0 .5_ ._5 .5__0 .5e1_0 .5e_1 -.5_ 1._5 1. 1.0 007.5 08.5 1_0.5 1e3 1E3 1e+3 1.5e-7 1e5_0 12e03 1e20 1e21 1e400 -1e400 .5e400 1e
.nan .NAN .inf -.inf +.Inf .infinity inf nan Infinity !!float•.inf !!float•1e400
0 -0 00 -07 +07 09 0899 0644 0_7 0o644 0O644 0o9 0x1F 0X1f -0x1F 0x_1 0x 0b101 -0b101 0B11 0b 0b2 0x1p4 +12 1_000 1__0 1_ _1
0777777777777777777777777 123456789012345678901234567890 18446744073709551615 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 9007199254740993 0xFFFFFFFFFFFFFFFF 0x80000000000000000000
2019-03-01 2019-03-01T01:02:03Z !!timestamp•2019-03-01 !!timestamp•"2019-03-01" !!timestamp•12 !!timestamp•x
!!str•12 !!int•"12" !!int•x !!int•1.5 !!float•3 !!float•x !!float•18446744073709551615 !!bool•"yes" !!bool•x !!null•x !!null•""
!foo•12 !foo•{b:•1} !•"12" = << + . .. 1.2.3 1,000 !!set•{x,•y} !!omap•[x:•1] !!map•[1] !!str•[1] {b} [y,•n,•{y:•1}]"""

KEYS = """y n yes true "y" ~ 1.5 .5 1.0 1e3 0x10 0644 09 12:30 100000.5 999999.5 1000000.0 1234567.5 0.0001 0.00001 1e20 1e39 -0.0 -2.5
123456.789 3.14159265 1e-46 100000000000000000000 18446744073709551615 .nan .inf 1e400 2019-03-01 !!binary•aGk= !!str•1 !foo•1
"" << "<<" """

WHOLE = [
    "", "# nothing\n", "---\n", "null\n", "- 1\n", "x\n", "{a: 1}\n", "\ufeffa: 1\n", "%YAML 1.1\n---\na: 1\n",
    # The first document alone.
    "a: 1\n---\nb: 2\n", "---\na: 1\n---\nb: 2\n", "a: 1\n...\nb: 2\n", "a: 1\n---\n- :\n x: [\n",
    # The last of two keys.
    "a: 1\na: 2\n", "a: {b: 1}\na: {c: 2}\n", "a:\n  b: 1\n  b: 2\na:\n  c: 3\n", "d: {a: 1, a: 2, a: 3}\n",
    "a: [{b: 1, b: 2}]\n", "\"a\": 1\na: 2\n", "\"a b\": 1\n\"a b\": 2\n", "'a': 1\n'a': 2\n", "? a\n: 1\n? a\n: 2\n",
    "a: 1\r\nb: 2\r\na: 3\r\n", "ключ: 1\nключ: 2\n", "é: 0\nb: {ключ: 1, ключ: [2, 3]}\n", "a: 1\n!!str a: 2\n", "1: a\n0x1: b\n",
    "y: 1\nyes: 2\n", "x: {\"y\": 1, y: 2}\n", "a: &a 1\na: 2\nb: *a\n", "a: '\na: 1'\na: 2\n",
    # Merges: what stands later counts, and of a list the first.
    "base: &b {a: 1, c: 2}\nd: {<<: *b, a: 3}\n", "x: &x {a: 1}\nz: &z {a: 2, b: 3}\nd: {<<: [*x, *z], c: 1}\n",
    "a: 1\n<<: {a: 2, b: 3}\n", "<<: {a: 1}\n<<: {a: 2, b: 3}\n", "<<: {a: 1}\na: 2\n<<: {b: 3}\n", "d: {<<: 1}\n", "d: {<<: [1]}\n",
    "!!merge <<: {a: 1}\n",
    "a: |\n  12\nb: >-\n  y\n", "a: \"\\x41\\u00e9\"\n", "a: '12'\n", "? [1, 2]\n: x\n", "? {a: 1}\n: x\n", "a: &x {b: *x}\n", "a: *x\n",
    "a: '\n", "a: b: c\n", "a: @x\n",
]


def texts():
    yield from ("a: " + one.replace("•", " ") + "\n" for one in SCALARS.split())
    yield from (one.replace("•", " ") + ": {k: v}\n" for one in KEYS.split())
    yield from WHOLE


def answers():
    import helm_python
    for text in texts():
        try:
            yield {"yaml": text, "values": helm_python.values_from_yaml(text)}
        except helm_python.HelmError:
            yield {"yaml": text}


def main():
    way, path = sys.argv[1:]
    found = list(answers())
    if way == "record":
        with open(path, "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(one, ensure_ascii=True, sort_keys=True) for one in found) + "\n]\n")
        return 0
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    for one in [one for one in found if one not in known] + [one for one in known if one not in found]:
        print(json.dumps(one), file=sys.stderr)
    return 0 if found == known else 1


if __name__ == "__main__":
    sys.exit(main())
