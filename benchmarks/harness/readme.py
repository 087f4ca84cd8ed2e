"""Tables of benchmarks/README.md that programs write, each between its own two marks."""
import pathlib

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"


def replace(text, begin, end, lines):
    """The text with other lines between two marks; ValueError where either is missing."""
    before, rest = text.split(begin)
    inside, after = rest.split(end, 1)
    del inside
    return before + begin + "\n\n" + "\n".join(lines).rstrip() + "\n\n" + end + after


def write(begin, end, lines):
    README.write_text(replace(README.read_text(encoding="utf-8"), begin, end, lines), encoding="utf-8")
