"""What can be wrong with something that an editor asks for. The message is a sentence for that person."""


class EditingError(Exception):
    """Something an editor asked for cannot be done. The message says what and why."""


class NotReadyError(EditingError):
    """Pre-flight found hard stops; `stops` lists them in words."""

    def __init__(self, stops: list[str]) -> None:
        super().__init__(" ".join(stops))
        self.stops = stops


class ConflictError(EditingError):
    """The working copy was changed by someone else since it was read."""
