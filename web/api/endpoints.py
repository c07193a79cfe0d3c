"""The endpoints of the API, each declared once: its route, its parameters, and what it answers with."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from flask import Blueprint, Response, request

from ..parameters import Text, read

JSON: Final = "application/json"

View: TypeAlias = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path under the API and how it is answered.

    `parameters` stand in the query; `inside` in the path, where it takes all characters, slashes included. `answers`
    are a type for each media type, or None for what is no JSON.
    """

    name: str
    path: str
    about: str
    parameters: tuple[Text, ...]
    inside: Text | None
    answers: Mapping[str, Any]

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<dragoman_id:").replace("}", ">")

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return self.about.partition("\n\n")[0].replace("\n", " ")

    @property
    def details(self) -> str:
        """What else there is to say of it, in Markdown."""
        return self.about.partition("\n\n")[2]


ENDPOINTS: Final[list[Endpoint]] = []
"""All of them, in the order in which they are described."""


def endpoint(
    blueprint: Blueprint, path: str, *parameters: Text, inside: Text | None = None, answers: Mapping[str, Any]
) -> Callable[[View], View]:
    """Declare the function below as the answer at a path.

    It is called with the values of the parameters, and with that of `inside`, by their names. Its docstring describes
    the endpoint.
    """

    def declare(view: View) -> View:
        declared = Endpoint(view.__name__, path, inspect.getdoc(view) or "", parameters, inside, answers)
        ENDPOINTS.append(declared)

        def answer(**values: str) -> Response:
            return view(**read(parameters, request.args), **values)

        blueprint.add_url_rule(declared.rule, endpoint=declared.name, view_func=answer, methods=["GET"])
        return view

    return declare
