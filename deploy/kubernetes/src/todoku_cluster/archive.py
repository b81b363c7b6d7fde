"""An image as one file, the same from either builder: what is in it, without running it."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

BLOCK = 512


@dataclass(frozen=True)
class Archive:
    """What `docker save` and `buildah push … docker-archive:` write."""

    path: Path

    @property
    def configuration(self) -> dict[str, Any]:
        with tarfile.open(self.path) as outer:
            found: dict[str, Any] = json.load(_file(outer, self._manifest(outer)["Config"]))
            return found

    def files(self) -> Iterator[tarfile.TarInfo]:
        """Of every layer, the lowest first; of one that a later layer replaces, both."""
        with tarfile.open(self.path) as outer:
            for name in self._manifest(outer)["Layers"]:
                with tarfile.open(fileobj=_file(outer, name)) as layer:
                    yield from layer

    @property
    def size(self) -> int:
        """Uncompressed, in bytes, as the layers' own files have it."""
        return sum(BLOCK + -(-each.size // BLOCK) * BLOCK for each in self.files())

    def unpack(self, folder: Path) -> None:
        """Its root, for an image whose later layers take nothing away."""
        with tarfile.open(self.path) as outer:
            for name in self._manifest(outer)["Layers"]:
                with tarfile.open(fileobj=_file(outer, name)) as layer:
                    layer.extractall(folder, filter="tar")

    @staticmethod
    def _manifest(outer: tarfile.TarFile) -> dict[str, Any]:
        (manifest,) = json.load(_file(outer, "manifest.json"))
        found: dict[str, Any] = manifest
        return found


def _file(outer: tarfile.TarFile, name: str) -> IO[bytes]:
    found = outer.extractfile(name)
    if found is None:
        raise ValueError(f"{name} is no file in {outer.name!s}")
    return found
