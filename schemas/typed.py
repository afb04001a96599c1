"""Writes `schemas/records.py`: the contracts of the topics' records, as TypedDicts.

A record that was read with orjson is a dictionary. These types say what is in it, and they are
generated from the models, so that no field stands twice. Fields that have a default may be absent
in records of earlier versions: they are `NotRequired`.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from schemas.normalised_article import NormalisedArticle

_HEAD = '''"""The topics' records as TypedDicts, generated from the contracts by `make schemas`."""

from typing import Literal, NotRequired, TypedDict
'''


def typed_records(models: list[type[BaseModel]]) -> str:
    """The module's source: a TypedDict for each model and for the models within it."""
    written: dict[str, str] = {}
    for model in models:
        _write(model, written)
    return "\n\n".join([_HEAD, *written.values()])


def name_of(model: type[BaseModel]) -> str:
    """`Story` -> `StoryRecord`."""
    return f"{model.__name__}Record"


def _write(model: type[BaseModel], written: dict[str, str]) -> None:
    if name_of(model) in written:
        return
    parent = NormalisedArticle if issubclass(model, NormalisedArticle) else model
    inherited = parent.model_fields if parent is not model else {}
    base = name_of(parent) if inherited else "TypedDict"
    if inherited:
        _write(parent, written)
    lines = []
    for name, field in model.model_fields.items():
        if name not in inherited:
            text = _written(_accepted(field.annotation, *field.metadata), written)
            lines.append(f"    {name}: {text if field.is_required() else f'NotRequired[{text}]'}")
    doc = (model.__doc__ or "").strip().split("\n\n")[0]
    written[name_of(model)] = "\n".join(
        [f"class {name_of(model)}({base}):", f'    """{doc}"""', "", *lines, ""]
    )


def _accepted(annotation: Any, *validators: Any) -> Any:
    """What may be written where a validator converts it; else the type itself."""
    inputs = (getattr(validator, "json_schema_input_type", None) for validator in validators)
    return next((one for one in inputs if one not in (None, PydanticUndefined)), annotation)


def _written(annotation: Any, written: dict[str, str]) -> str:
    """The source of a field's type, without its bounds."""
    if get_origin(annotation) is Annotated:
        annotation = _accepted(*get_args(annotation))
    origin, arguments = get_origin(annotation), get_args(annotation)
    inner = [] if origin is Literal else [_written(argument, written) for argument in arguments]
    if origin is Literal:
        text = f"Literal[{', '.join(map(repr, arguments))}]".replace("'", '"')
    elif origin in (Union, types.UnionType):
        text = " | ".join(inner)
    elif origin in (list, dict):
        text = f"{origin.__name__}[{', '.join(inner)}]"
    elif annotation in (None, types.NoneType):
        text = "None"
    elif issubclass(annotation, BaseModel):
        _write(annotation, written)
        text = name_of(annotation)
    else:
        text = annotation.__name__
    return text
