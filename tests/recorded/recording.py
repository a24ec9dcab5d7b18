# SPDX-License-Identifier: ISC
"""Reads the recordings: cases of one request and one response, and what else was looked at.

A recording is lines: `===` opens a case, `>` is the request, `<` the response, `sql>` a
statement with the rows below it, `mail>` a mail that was sent, `##` a note.  The note
`## [server variant: X]` says which server answers from there on.
"""
import json
import re
from dataclasses import dataclass, field

EMPTY = "(empty body)"
VARIANT = re.compile(r"## \[server variant: (\w+)\]")
TRUNCATED = re.compile(r"(.*)\.\.\.\[(\d+) bytes\]", re.S)
MARK = re.compile(r"(=== |## |# |sql> |mail> |[a-z0-9 -]+> )")


@dataclass
class Message:
    """A request or a response: its first line, headers as they were, body."""
    first: str = ""
    headers: list = field(default_factory=list)
    body: str = ""

    def values(self, name):
        return [v for n, v in self.headers if n == name]

    def value(self, name):
        return next(iter(self.values(name)), None)

    @property
    def method(self):
        return self.first.split(" ")[0]

    @property
    def target(self):
        return self.first.split(" ")[1]

    @property
    def path(self):
        return self.target.split("?")[0]

    @property
    def status(self):
        return int(self.first.split(" ")[0])


@dataclass
class Case:
    name: str
    variant: str
    request: Message = None
    response: Message = None


@dataclass
class Sql:
    """A statement with its parameters in place of $1, and the lines that came back."""
    text: str
    params: list
    rows: list
    variant: str


@dataclass
class Mail:
    data: dict


def message(lines, mark):
    """Lines that begin with mark, and those of a body that goes on without it."""
    parts = [line[2:] if line.startswith(mark) else line for line in lines]
    out = Message(parts[0])
    rest = parts[1:]
    blank = rest.index("") if "" in rest else len(rest)
    for line in rest[:blank]:
        name, _, value = line.partition(":")
        out.headers.append((name.strip().lower(), value.removeprefix(" ")))
    out.body = "\n".join(rest[blank + 1:]).rstrip("\n")
    if out.body == EMPTY:
        out.body = ""
    return out


def take(lines, i, mark):
    """The lines from i that belong to the same message, and the index behind them."""
    start = i
    while i < len(lines) and lines[i].startswith(mark):
        i += 1
    while mark == "<" and i < len(lines) and not MARK.match(lines[i]):
        i += 1
    return message(lines[start:i], mark), i


def statement(line, variant):
    text, _, params = line.removeprefix("sql> ").partition("   -- params ")
    return Sql(text, json.loads(params) if params else [], [], variant)


def numbered(name, events):
    """The second case of a name is NAME (2)."""
    same = sum(isinstance(e, Case) and re.sub(r" \(\d+\)$", "", e.name) == name for e in events)
    return f"{name} ({same + 1})" if same else name


def read(path, same):
    """The events of a recording in their order; same maps values to the ones to read instead."""
    events, case, variant, i = [], None, "dev", 0
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for one, other in same.items():
        text = text.replace(one, other)
    lines = text.split("\n")
    while i < len(lines):
        line = lines[i]
        if (m := VARIANT.match(line)):
            variant = m[1]
        elif line.startswith("=== "):
            case = Case(numbered(line[4:].strip(), events), variant)
            events.append(case)
        elif line.startswith("sql> "):
            events.append(statement(line, variant))
        elif line.startswith("  ") and events and isinstance(events[-1], Sql):
            events[-1].rows.append(line.strip())
        elif line.startswith("mail> "):
            events.append(Mail(json.loads(line[6:])))
        elif line.startswith("> ") and case is not None:
            case.request, i = take(lines, i, ">")
            continue
        elif line.startswith("< ") and case is not None:
            case.response, i = take(lines, i, "<")
            continue
        i += 1
    return events
