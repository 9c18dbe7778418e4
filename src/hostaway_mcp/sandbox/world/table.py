"""A table whose documents are written only when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping

from hostaway_mcp.sandbox.documented import Json


class LazyTable(MutableMapping[int, Json]):
    """
    Documents by id. `table[id]` writes a document once and keeps it; `peek` writes it and forgets it.

    Large worlds have hundreds of thousands of reservations; kept whole they would not fit in memory.
    """

    def __init__(self, ids: Iterable[int], write: Callable[[int], Json]) -> None:
        self._ids = dict.fromkeys(ids)
        self._write = write
        self._documents: dict[int, Json] = {}

    def __getitem__(self, key: int) -> Json:
        document = self._documents.get(key)
        if document is None:
            if key not in self._ids:
                raise KeyError(key)
            document = self._documents[key] = self._write(key)
        return document

    def __setitem__(self, key: int, document: Json) -> None:
        self._ids[key] = None
        self._documents[key] = document

    def __delitem__(self, key: int) -> None:
        del self._ids[key]
        self._documents.pop(key, None)

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, key: object) -> bool:
        return key in self._ids

    def peek(self, key: int) -> Json:
        """The document, without keeping it when nobody kept it before. Not to be changed."""
        kept = self.kept(key)
        if kept is not None:
            return kept
        if key not in self._ids:
            raise KeyError(key)
        return self._write(key)

    def kept(self, key: int) -> Json | None:
        """The document if it is already there."""
        return self._documents.get(key)

    def drop(self, key: int) -> None:
        """Removes the document if there is one."""
        self._ids.pop(key, None)
        self._documents.pop(key, None)

    def next_id(self, step: int = 1) -> int:
        """An id above every other."""
        return max(self._ids, default=0) + step
