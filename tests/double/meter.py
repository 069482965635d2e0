"""What calls cost, in DynamoDB's units.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from dataclasses import dataclass, field, replace


@dataclass
class Meter:
    """Units read and written so far, and by each operation: `operations["PutItem"]` is how often it was called."""

    read: float = 0
    write: float = 0
    last_read: float = 0
    last_write: float = 0
    operations: dict[str, int] = field(default_factory=dict)

    def call(self, operation: str) -> None:
        """Begin a call: what `add` says from now on is what it cost."""
        self.operations[operation] = self.operations.get(operation, 0) + 1
        self.last_read = self.last_write = 0

    def add(self, *, read: float = 0, write: float = 0) -> None:
        self.read += read
        self.write += write
        self.last_read += read
        self.last_write += write

    def copy(self) -> "Meter":
        return replace(self, operations=self.operations.copy())

    def become(self, other: "Meter") -> None:
        self.__dict__.update(other.copy().__dict__)
