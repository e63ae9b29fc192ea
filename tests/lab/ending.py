"""What ends with its ``with`` block."""

from abc import ABC, abstractmethod
from typing import Self


class Ending(ABC):
    """Stands in a ``with`` block, and is closed where that ends."""

    @abstractmethod
    def close(self) -> None:
        """Stop everything that was begun."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
