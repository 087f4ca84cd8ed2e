"""Why nothing was built or published: a name that scripts can rely on, and the words for a person."""

# As the program's own: refused, nothing was changed; somebody could not be reached; the command line is wrong.
REFUSED, UNREACHABLE, USAGE = 10, 15, 64


class Refusal(Exception):
    """Stops everything. `name` is stable; `why` has the values on both sides; `next` is what to do."""

    def __init__(self, name, subject, why, next="", code=REFUSED):
        super().__init__(f"{name}: {subject}: {why}")
        self.name, self.subject, self.why, self.next, self.code = name, subject, why, next, code

    def lines(self, ran="", state="nothing was built or published"):
        next = self.next or "look at both values before anything else; nothing is tried again by itself"
        return (f"error: refused, {self.name}: {self.subject}\nwhy:   {self.why}\n"
                f"ran:   {ran or 'nothing that changes anything'}\nstate: {state}\nnext:  {next}")
