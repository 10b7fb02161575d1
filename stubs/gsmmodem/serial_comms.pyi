from collections.abc import Callable
from typing import Any

class SerialComms:
    port: str
    baudrate: int
    alive: bool
    serial: Any
    com_args: tuple[Any, ...]
    com_kwargs: dict[str, Any]
    def __init__(
        self,
        port: str,
        baudrate: int = ...,
        notifyCallbackFunc: Callable[[list[str]], None] | None = ...,
        fatalErrorCallbackFunc: Callable[[Exception], None] | None = ...,
        *args: Any,
        **kwargs: Any,
    ) -> None: ...
    def connect(self) -> None: ...
    def close(self) -> None: ...
    def write(self, data: str, *args: Any, **kwargs: Any) -> list[str]: ...
