"""One person must never see or change what is another's."""

from harness.people import Person


def foreign_task_is_hidden(owner: Person, stranger: Person) -> None:
    """By its id and by listing; asserts that the stranger finds nothing."""
    made = owner.add("Private")
    answer = stranger.call("GET", f"/api/me/tasks/{made['id']}")
    assert answer.status_code == 404, f"seen by another: {answer.text}"
    assert "Private" not in [each["title"] for each in stranger.tasks()], "seen by another"
