"""What an endpoint of the API is: its path, its parameters, what it answers with, and the function that answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from flask import Response, request

from ...docstrings import docstring
from ..parameters import Text, read

JSON: Final = "application/json"

Handler: TypeAlias = Callable[..., Response]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Endpoint:
    """A path under the API and how it is answered.

    Attributes:
        handler: The function that answers. It is called with the values of the parameters, that of `path_parameter`
            included, by their names. Its name is the endpoint's, and its docstring describes the endpoint.
        path: The path below the API's own, as OpenAPI writes it.
        parameters: The parameters of the query string.
        path_parameter: The parameter in the path, if any. Its value may have any characters, slashes included.
        answers: For each media type the struct that is sent, or another type of JSON; None for what is not JSON.
        deprecated: Whether new programs should use another endpoint.
    """

    handler: Handler
    path: str
    parameters: tuple[Text, ...]
    path_parameter: Text | None
    answers: Mapping[str, Any]
    deprecated: bool

    @property
    def name(self) -> str:
        """What it is called, in Flask's endpoints and as OpenAPI's `operationId`."""
        return self.handler.__name__

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<dragoman_id:").replace("}", ">")

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return self._description.partition("\n\n")[0].replace("\n", " ")

    @property
    def details(self) -> str:
        """What else there is to say about it, in Markdown."""
        return self._description.partition("\n\n")[2]

    @property
    def _description(self) -> str:
        return docstring(self.handler)

    def answer(self, **path_values: str) -> Response:
        """Answer the present request.

        Args:
            **path_values: The value of the parameter in the path, by its name.

        Raises:
            QueryError: A parameter is unknown, or its value does not fit.
        """
        return self.handler(**read(self.parameters, request.args), **path_values)


def endpoint(
    path: str,
    *parameters: Text,
    path_parameter: Text | None = None,
    answers: Mapping[str, Any],
    deprecated: bool = False,
) -> Callable[[Handler], Endpoint]:
    """A decorator that makes an endpoint of a function.

    Args:
        path: The path below the API's own, as OpenAPI writes it.
        *parameters: The parameters of the query string.
        path_parameter: The parameter in the path, if it has one.
        answers: For each media type the struct that is sent, or None for what is not JSON.
        deprecated: Whether new programs should use another endpoint.
    """

    def declare(handler: Handler) -> Endpoint:
        return Endpoint(
            handler=handler,
            path=path,
            parameters=parameters,
            path_parameter=path_parameter,
            answers=answers,
            deprecated=deprecated,
        )

    return declare
