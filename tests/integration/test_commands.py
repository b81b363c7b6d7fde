"""Commands through the whole way: versions, keys, concurrency, deleting and restoring."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
from harness.people import Person


class TestVersions:
    def test_a_stale_writer_is_told(self, person: Person) -> None:
        made = person.call("POST", "/api/me/tasks", json={"title": "First"})
        etag, path = made.headers["ETag"], f"/api/me/tasks/{made.json()['id']}"
        headers = {"If-Match": etag}
        first = person.call("PATCH", path, json={"title": "Second"}, headers=headers)
        second = person.call("PATCH", path, json={"title": "Third"}, headers=headers)
        assert (first.status_code, second.status_code) == (200, 412)
        assert first.headers["ETag"] != etag
        assert person.ok("GET", path)["title"] == "Second"

    def test_of_many_writers_of_one_version_one_wins(self, person: Person) -> None:
        made = person.call("POST", "/api/me/tasks", json={"title": "First"}).json()
        path = f"/api/me/tasks/{made['id']}"
        headers = {"If-Match": f'"{made["version"]}"'}

        def write(number: int) -> int:
            body = {"title": f"Writer {number}"}
            return person.call("PATCH", path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(write, range(16)))
        assert sorted(statuses) == [200] + [412] * 15
        assert person.ok("GET", path)["version"] == made["version"] + 1


class TestKeys:
    def test_the_same_command_has_the_same_answer(self, person: Person) -> None:
        key = {"Idempotency-Key": str(uuid4())}

        def post(title: str) -> httpx2.Response:
            return person.call("POST", "/api/me/tasks", json={"title": title}, headers=key)

        first, second, other = post("Once"), post("Once"), post("Other")
        assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
        assert first.json() == second.json()
        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.headers["Location"] == second.headers["Location"]

    def test_at_the_same_moment(self, person: Person) -> None:
        with ThreadPoolExecutor(16) as pool:
            made = list(pool.map(lambda _: person.add("Once", key="the-same"), range(16)))
        assert len({each["id"] for each in made}) == 1
        assert len(person.tasks()) == 1

    def test_of_two_people_are_two_keys(self, person: Person, other: Person) -> None:
        mine, theirs = person.add("Mine", key="shared"), other.add("Theirs", key="shared")
        assert mine["id"] != theirs["id"]
        assert theirs["title"] == "Theirs"


class TestNumbers:
    def test_are_never_given_twice(self, person: Person) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda n: person.add(f"Task {n}"), range(24)))
        numbers = [each["number"] for each in made]
        assert len(set(numbers)) == 24
        person.ok("DELETE", f"/api/me/tasks/{made[0]['id']}")
        assert person.add("Next")["number"] > max(numbers)

    def test_name_a_task_as_its_id_does(self, person: Person) -> None:
        made = person.add("Numbered")
        assert person.ok("GET", f"/api/me/tasks/{made['number']}")["id"] == made["id"]


class TestDeleting:
    def test_is_soft(self, person: Person) -> None:
        made = person.add("Gone")
        path = f"/api/me/tasks/{made['id']}"
        person.ok("DELETE", path)
        assert person.tasks() == []
        assert person.call("GET", path).status_code == 404
        assert [each["id"] for each in person.tasks(deleted="true")] == [made["id"]]
        person.ok("POST", f"{path}/restore")
        assert person.ok("GET", path)["title"] == "Gone"


class TestPages:
    def test_show_each_task_once(self, person: Person) -> None:
        made = {person.add(f"Task {n}")["id"] for n in range(7)}
        found = [each["id"] for each in person.tasks(limit="3")]
        assert len(found) == 7
        assert set(found) == made
