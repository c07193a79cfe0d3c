"""`frozen`: what `dataclass(frozen=True, slots=True)` makes of a class, in a quarter of the time.

A dataclass compiles a function for each of its methods, and a question's program has seventy such classes: that was a
sixth of the time until it answered. Here only `__init__` is compiled, and the other methods are the same for all
classes. Making an instance takes a third of a microsecond more for each field; what is made by the thousand is a
dataclass.
"""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")


@overload
def frozen(cls: type[_T], /) -> type[_T]: ...
@overload
def frozen(*, eq: bool = True, kw_only: bool = False) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: Any = None, /, *, eq: bool = True, kw_only: bool = False) -> Any:
    """A dataclass with slots whose instances do not change. `dataclasses.replace` and `fields` take it for one.

    Args:
        cls: The class.
        eq: Whether instances are equal, and hashed alike, whose fields are; else each equals itself alone.
        kw_only: Whether fields are given by name alone.
    """

    def made(cls: type[_T]) -> type[_T]:
        methods = {"__repr__": _shown, "__setattr__": _set_once, "__delattr__": _keep}
        if eq and "__eq__" not in cls.__dict__:
            methods |= {"__eq__": _equal, "__hash__": _hashed}
        for name, method in methods.items():
            if name not in cls.__dict__:
                setattr(cls, name, method)
        return dataclass(slots=True, eq=False, repr=False, kw_only=kw_only)(cls)

    return made if cls is None else made(cls)


def _shown(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equal(self: Any, other: object) -> bool:
    if type(other) is not type(self):
        return NotImplemented
    compared = [each.name for each in fields(self) if each.compare]
    return all(getattr(self, name) == getattr(other, name) for name in compared)


def _hashed(self: Any) -> int:
    hashed = (each for each in fields(self) if (each.compare if each.hash is None else each.hash))
    return hash(tuple([getattr(self, each.name) for each in hashed]))


def _set_once(self: Any, name: str, value: object) -> None:
    """Set a field that has no value yet, as `__init__` does."""
    if hasattr(self, name) or name not in self.__dataclass_fields__:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _keep(_: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
