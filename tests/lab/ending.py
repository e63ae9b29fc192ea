"""Cleanup at the end of a ``with`` block."""

from abc import ABC, abstractmethod
from typing import Self


class Ending(ABC):
    """Is closed at the end of its ``with`` block."""

    @abstractmethod
    def close(self) -> None:
        """Stop everything that was started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
