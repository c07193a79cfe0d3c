"""What functions and classes say of themselves, for help texts and descriptions: also where Python has left it out.

`python -OO` takes docstrings out of programs, but not out of their source.
"""

import ast
import inspect
import sys
from textwrap import dedent
from typing import Any

ARE_LEFT_OUT = sys.flags.optimize > 1
"""Whether Python has left docstrings out of what it runs."""


def docstring(thing: Any) -> str:
    """The docstring of a function, a method or a class, without its indentation; empty if it has none.

    Where Python has left it out, it is read in the source, unless that was left out as well.
    """
    said = inspect.getdoc(thing) if thing.__doc__ else ""
    if said and said.startswith(f"{thing.__name__}("):  # which Python makes up for a dataclass
        said = ""
    if said or not ARE_LEFT_OUT:
        return said or ""
    try:
        (node,) = ast.parse(dedent(inspect.getsource(inspect.unwrap(thing)))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""
    named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return (ast.get_docstring(node) or "") if named else ""
