#!/usr/bin/python3
"""Writes upgrader(1) from what the argument parser says of itself (`upgrader --experimental-dump-help`).

    manual.py VERSION < help.json > upgrader.1        in the language of man(7)
"""

import json
import sys


def escaped(text):
    """Text that roff takes as it is. (groff_char(7): a hyphen is `-`, a minus `\\-`)"""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def name(names):
    return ("--" if names["kind"] == "long" else "-") + names["name"]


def usage(argument):
    """The argument as a command line has it."""
    value = argument.get("valueName", "")
    if argument["kind"] == "positional":
        text = f"\\fI{escaped(value)}\\fR" + ("..." if argument["isRepeating"] else "")
    else:
        text = f"\\fB{escaped(name(argument['preferredName']))}\\fR"
        if argument["kind"] == "option":
            text += f" \\fI{escaped(value)}\\fR"
    return f"[{text}]" if argument["isOptional"] else text


def described(argument):
    lines = [".TP"]
    if argument["kind"] == "positional":
        lines.append(f"\\fI{escaped(argument['valueName'])}\\fR")
    else:
        names = ", ".join(f"\\fB{escaped(name(one))}\\fR" for one in argument["names"])
        lines.append(names + (f" \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""))
    words = argument.get("abstract", "")
    if argument.get("defaultValue"):
        words += f" (default: {argument['defaultValue']})"
    if argument.get("allValues"):
        words += f" One of {', '.join(argument['allValues'])}."
    return lines + [escaped(words or "No more is said of it.")]


def shown(command):
    return [one for one in command.get("arguments", [])
            if one["shouldDisplay"] and not any(known["name"] in ("help", "version") for known in one.get("names", []))]


def sections(command, words):
    """A command and those below it, one after another."""
    words = words + [command["commandName"]]
    below = [one for one in command.get("subcommands", []) if one["shouldDisplay"] and one["commandName"] != "help"]
    lines = []
    if len(words) > 1 and not below:
        lines += [f".SS {escaped(' '.join(words))}", escaped(command.get("abstract", "")), ".PP",
                  " ".join([f"\\fB{escaped(' '.join(words))}\\fR"] + [usage(one) for one in shown(command)])]
        for argument in shown(command):
            lines += described(argument)
    for one in below:
        lines += sections(one, words)
    return lines


def exit_codes(discussion):
    lines = []
    for line in discussion.split("\n"):
        code, _, meaning = line.strip().partition("\t")
        if code.isdigit() and meaning:
            lines += [".TP", escaped(code), escaped(meaning)]
    return lines


def page(document, version):
    command = document["command"]
    codes = exit_codes(command.get("discussion", ""))
    if not codes:
        sys.exit("manual: the program does not say its exit codes")
    return "\n".join(
        [f'.TH UPGRADER 1 "" "upgrader {version}" "User Commands"', ".SH NAME",
         "upgrader \\- " + escaped(command["abstract"].rstrip(".")), ".SH SYNOPSIS",
         "\\fBupgrader\\fR \\fIcommand\\fR [\\fIargument\\fR...]", ".SH COMMANDS"]
        + sections(command, []) + [".SH EXIT STATUS"] + codes
        + [".SH FILES", ".TP", "\\fIstate/\\fR", "What is kept of each run; its README says what is safe to delete.",
           ".TP", "\\fI~/.ssh/config\\fR, \\fI~/.ssh/known_hosts\\fR",
           "How hosts are reached, and which keys they have.",
           ".SH SEE ALSO", "\\fBkubectl\\fR(1), \\fBssh_config\\fR(5), \\fI/usr/share/doc/upgrader\\fR"]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: manual.py VERSION < help.json > upgrader.1")
    sys.stdout.write(page(json.load(sys.stdin), sys.argv[1]))
