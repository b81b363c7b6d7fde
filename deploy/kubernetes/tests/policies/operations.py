"""Which operation of an access policy a path falls under, as `pkg/config/acl_trie.go` of Dapr 1.16.

It is no glob: a last `*` stands for one segment or none, `**` inside for exactly one, and an
operation without wildcards covers everything below it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Operation = dict[str, Any]


@dataclass
class Node:
    segment: str
    operation: Operation | None = None
    below: list["Node"] = field(default_factory=list)

    def child(self, segment: str, *, last: bool) -> "Node | None":
        for node in self.below:
            if node.segment == "*" and node.segment != segment:
                if last:
                    return node
            elif node.segment == "**" or fnmatchcase(segment, node.segment):
                return node
        return None


def tree(operations: Iterable[Operation]) -> Node:
    root = Node("")
    for operation in operations:
        node = root
        for segment in operation["name"].lower().strip("/").split("/"):
            same = next((child for child in node.below if child.segment == segment), None)
            if same is None:
                same = Node(segment)
                node.below.append(same)
            node = same
        node.operation = node.operation or operation
    return root


def matching(root: Node, path: str) -> Operation | None:
    node, segments = root, path.lower().strip("/").split("/")
    for index, segment in enumerate(segments, 1):
        last = index == len(segments)
        found = node.child(segment, last=last)
        if found is None:
            return None
        node = found
        if node.operation and (last or node.segment != "*"):
            return node.operation
    rest = node.child("*", last=True)
    return rest.operation if rest else None


def allows(operations: Iterable[Operation], method: str, path: str) -> bool:
    """What no operation covers, and a verb that its operation leaves out, is refused."""
    operation = matching(tree(operations), path)
    return (
        operation is not None
        and operation["action"] == "allow"
        and bool({method, "*"} & set(operation.get("httpVerb", [])))
    )
