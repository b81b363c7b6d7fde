"""Rendered documents with one thing wrong, for the tests that show that it is noticed."""

import copy
from collections.abc import Callable

from manifests.render import rendered
from manifests.resources import Document, named

Change = Callable[[Document], object]
KAFKA = "base+network-policies+external-secrets+kafka-strimzi+keda+gateway-api"
VALKEY = "base+network-policies+external-secrets+postgres+valkey"


def spoiled(combination: str, kind: str, name: str, change: Change) -> list[Document]:
    documents = copy.deepcopy(rendered()[combination])
    change(named(documents, kind, name))
    return documents


def without(combination: str, kind: str, name: str) -> list[Document]:
    documents = rendered()[combination]
    gone = named(documents, kind, name)
    return [document for document in documents if document is not gone]


def pod_of(workload: Document) -> Document:
    spec: Document = workload["spec"]["template"]["spec"]
    return spec


def annotations_of(workload: Document) -> Document:
    annotations: Document = workload["spec"]["template"]["metadata"]["annotations"]
    return annotations
