"""Why nothing was built or published: a name that scripts can rely on, and the words for a person."""

# As the program's own: refused, nothing was changed; somebody could not be reached; the command line is wrong.
REFUSED, UNREACHABLE, USAGE = 10, 15, 64


class Refusal(Exception):
    """Stops everything. `name` is stable; `why` has the values on both sides; `next` is what to do."""

    def __init__(self, name, subject, why, next="", code=REFUSED):
        super().__init__(f"{name}: {subject}: {why}")
        self.name, self.subject, self.why, self.code = name, subject, why, code
        self.next = next or "look at both values before anything else; nothing is tried again by itself"
        self.headline = f"refused, {name}: {subject}"

    def lines(self):
        return (f"error: {self.headline}\nwhy:   {self.why}\nran:   nothing that changes anything\n"
                f"state: nothing was built or published\nnext:  {self.next}")

    def document(self):
        """The same for programs, in the members of the program's other documents."""
        return {"name": self.name, "error": self.headline, "why": self.why, "next": self.next, "code": self.code}
