from todoku_chat.domain import PendingItem, known_tasks, plain, summarize, title_from

CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "t", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "done"}


class TestPlain:
    def test_drops_ids_and_reasoning(self) -> None:
        said = {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "hello", "annotations": []}],
        }
        reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
        assert plain([reasoning, said]) == [{"role": "assistant", "content": "hello"}]

    def test_keeps_calls_with_their_outputs(self) -> None:
        assert plain([CALL, OUTPUT]) == [
            {"type": "function_call", "call_id": "c1", "name": "t", "arguments": "{}"},
            OUTPUT,
        ]

    def test_drops_a_call_without_output_and_an_output_without_call(self) -> None:
        assert plain([CALL]) == []
        assert plain([OUTPUT]) == []

    def test_takes_outputs_in_parts_as_text(self) -> None:
        parts = OUTPUT | {"output": [{"type": "input_text", "text": "away"}]}
        assert plain([CALL, parts])[1]["output"] == "away"

    def test_changes_nothing_the_second_time(self) -> None:
        once = plain([{"role": "user", "content": "hi"}, CALL, OUTPUT])
        assert plain(once) == once


class TestKnownTasks:
    def test_reads_lists_and_single_tasks(self) -> None:
        one = {"id": "a", "number": 1, "title": "x"}
        two = {"id": "b", "number": 2, "title": "y"}
        known = known_tasks([{"items": [one], "next_cursor": None}, two, "an error", None])
        assert known == {"1": one, "a": one, "2": two, "b": two}


class TestSummarize:
    def test_names_one(self) -> None:
        item = PendingItem("delete_task", {"id": "1"}, 1, "pay rent")
        assert summarize([item]) == "Delete “pay rent”?"

    def test_counts_many(self) -> None:
        item = PendingItem("delete_task", {"id": "1"}, 1, "pay rent")
        assert summarize([item, item]) == "Delete 2 tasks?"

    def test_never_lacks_a_name(self) -> None:
        assert summarize([PendingItem("delete_task", {"id": "7"}, None, None)]) == "Delete “7”?"


class TestTitleFrom:
    def test_is_one_short_line(self) -> None:
        assert title_from(" add\n milk ") == "add milk"
        long = title_from("word " * 40)
        assert len(long) <= 60
        assert long.endswith("…")
