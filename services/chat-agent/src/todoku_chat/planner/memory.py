"""What "it" and "the second one" mean at a point of the conversation."""

from dataclasses import dataclass, field

from todoku_language import Step

from todoku_chat.planner.transcript import Call, Task


@dataclass
class Memory:
    """`group` is the last list the user saw; `last` the last task spoken of, None when unclear."""

    last: Task | None = None
    group: list[Task] = field(default_factory=list)
    pending: list[Step] = field(default_factory=list)
    """Steps that wait for the user to say which task of `group` is meant."""

    def saw(self, tasks: list[Task]) -> None:
        self.group = tasks
        self.last = tasks[0] if len(tasks) == 1 else None

    def touched(self, task: Task) -> None:
        self.last = task
        self.group = [task if known["id"] == task["id"] else known for known in self.group]

    def forget(self) -> None:
        """The last step came to nothing: "it" would be a guess."""
        self.last = None

    def asked(self, step: Step, candidates: list[Task]) -> None:
        self.pending.append(step)
        self.group, self.last = candidates, None

    def recall(self, call: Call) -> None:
        """From a call that another model made."""
        if call.result and call.result.task:
            self.last = call.result.task
            self.group = [*(t for t in self.group if t["id"] != self.last["id"]), self.last]
        elif call.result and call.result.items is not None:
            self.saw(list(call.result.items))
