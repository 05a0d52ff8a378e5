"""Forms made from a JSON Schema: what is typed becomes the value the schema describes, and each fault its own line.

A place in the value is a path such as `charges-0-model-type`: the name and id of its control. Lists keep their numbers
while they are edited; a part that is taken out is only marked as gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

from broadbill.console.plan_words import CHOICES, KEYS

Schema = Mapping[str, Any]
Typed = Mapping[str, str]
# An enum of which some other value may be said in parts: "every 2 months".
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Node:
    """A control, or a group of them. `more` are the parts that are seldom needed."""

    kind: Literal["text", "choice", "switch", "group", "list"]
    path: str
    label: str
    required: bool = False
    typed: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    # The choice decides which other controls there are.
    decides: bool = False
    is_number: bool = False
    errors: tuple[str, ...] = ()
    parts: tuple[Node, ...] = ()
    more: tuple[Node, ...] = ()
    # Of a part of a list: how it is taken out.
    removable: bool = False
    help: str = ""

    @property
    def has_more_typed(self) -> bool:
        return any(node.is_said for node in self.more)

    @property
    def is_said(self) -> bool:
        says = self.typed if self.kind != "list" else self.parts
        return bool(says or self.errors or any(node.is_said for node in (*self.parts, *self.more)))


@dataclass
class SchemaForm:
    """The form of one schema. `errors` are by path; an error of a place without a control stands at ``""``."""

    root: Schema
    schema: Schema
    typed: Typed
    leave_out: frozenset[str] = frozenset()
    errors: dict[str, list[str]] = field(default_factory=dict)

    def value(self) -> Any:
        """What was typed, as the schema has it; what is missing or no number is in `errors`."""
        self.errors.clear()
        return self._value(self.schema, "", required=True)

    def refuse(self, place: str, reason: str) -> None:
        """Put a refusal such as `charges[0].model.tiers: must not be empty` at its control."""
        path = self._path_of(place)
        while path and path not in self._shown():
            path = path.rpartition("-")[0]
        self.errors.setdefault(path, []).append(reason)

    def nodes(self) -> tuple[Node, ...]:
        found = self._node(self.schema, "", "", required=True)
        return (*found.parts, *found.more)

    def _shown(self) -> set[str]:
        return {node.path for node in _all(self.nodes())}

    def _path_of(self, place: str) -> str:
        """`charges[1].model` as a path; numbers count what is not gone."""
        path = ""
        for key, number in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", place):
            if key:
                path = _join(path, key)
            else:
                kept = self._numbers(path)
                path = _join(path, str(kept[int(number)] if int(number) < len(kept) else number))
        return path

    def _numbers(self, path: str) -> list[int]:
        count = self.typed.get(f"{path}-count", "0")
        highest = int(count) if count.isdigit() and int(count) <= 500 else 0
        return [number for number in range(highest) if f"{path}-{number}-gone" not in self.typed]

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _variants(self, schema: Schema) -> dict[str, Schema]:
        return {one["properties"]["type"]["const"]: one for one in map(self._resolved, schema["oneOf"])}

    def _chosen(self, schema: Schema, path: str) -> Schema:
        variants = self._variants(schema)
        return variants.get(self.typed.get(_join(path, "type"), ""), next(iter(variants.values())))

    def _node(self, schema: Schema, path: str, key: str, *, required: bool) -> Node:
        schema = self._resolved(schema)
        label, errors = str(KEYS.get(key, key.replace("_", " "))), tuple(self.errors.get(path, ()))
        if "oneOf" in schema:
            return self._variant(schema, path, label, errors)
        if "properties" in schema:
            parts, more = self._parts(schema, path, skip="")
            return Node("group", path, label, required, errors=errors, parts=parts, more=more)
        if (listed := _parted(schema)) is not None:
            return self._choice_with_parts(listed, schema, path, label, required, errors)
        if schema.get("type") == "array" and not _is_plain(self._resolved(schema["items"])):
            rows = tuple(self._row(schema, path, number, key) for number in self._numbers(path))
            return Node(
                "list", path, label, required, self.typed.get(f"{path}-count", "0"), errors=errors, parts=rows
            )
        return self._control(schema, path, label, required=required)

    def _control(self, schema: Schema, path: str, label: str, *, required: bool) -> Node:
        typed, errors = self.typed.get(path, ""), tuple(self.errors.get(path, ()))
        if schema.get("type") == "boolean":
            return Node("switch", path, label, typed=typed, errors=errors)
        if "enum" in schema:
            names = dict.fromkeys(str(one) for one in schema["enum"])
            choices = tuple((name, str(CHOICES.get(name, name))) for name in names)
            blank = () if required else (("", _("usual")),)
            return Node("choice", path, label, required, typed, (*blank, *choices), errors=errors)
        return Node("text", path, label, required, typed, is_number=_is_number(schema), errors=errors)

    def _row(self, schema: Schema, path: str, number: int, key: str) -> Node:
        node = self._node(schema["items"], _join(path, str(number)), key, required=True)
        title = f"{node.label} {self._numbers(path).index(number) + 1}"
        return Node(
            "group", node.path, title, errors=node.errors, parts=node.parts, more=node.more, removable=True
        )

    def _variant(self, schema: Schema, path: str, label: str, errors: tuple[str, ...]) -> Node:
        chosen = self._chosen(schema, path)
        name = chosen["properties"]["type"]["const"]
        choices = tuple((one, str(CHOICES.get(one, one))) for one in self._variants(schema))
        kind = Node("choice", _join(path, "type"), str(KEYS["type"]), True, name, choices, decides=True)
        parts, more = self._parts(chosen, path, skip="type")
        return Node("group", path, label, errors=errors, parts=(kind, *parts), more=more,
                    help=str(chosen.get("description", "")))  # fmt: skip

    def _choice_with_parts(
        self,
        listed: list[str],
        schema: Schema,
        path: str,
        label: str,
        required: bool,
        errors: tuple[str, ...],
    ) -> Node:
        typed = self.typed.get(path, "" if not required else listed[0])
        choices = tuple((name, str(CHOICES.get(name, name))) for name in (*listed, OTHER))
        choice = Node("choice", path, label, required, typed, choices, decides=True, errors=errors)
        if typed != OTHER:
            return choice
        group = next(one for one in schema["anyOf"] if "properties" in one)
        parts, _more = self._parts(group, path, skip="")
        return Node("group", f"{path}-parts", label, parts=(choice, *parts))

    def _parts(self, schema: Schema, path: str, *, skip: str) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        needed: list[Node] = []
        more: list[Node] = []
        for key, part in schema["properties"].items():
            if key == skip or key in self.leave_out:
                continue
            is_needed = key in schema.get("required", ()) or key in ALWAYS
            node = self._node(part, _join(path, key), key, required=key in schema.get("required", ()))
            (needed if is_needed else more).append(node)
        return tuple(needed), tuple(more)

    def _value(self, schema: Schema, path: str, *, required: bool) -> Any:
        """The value, or None where nothing was said."""
        schema = self._resolved(schema)
        if "oneOf" in schema:
            if not required and not self._is_touched(path):
                return None
            chosen = self._chosen(schema, path)
            said = self._object(chosen, path, skip="type")
            return {"type": chosen["properties"]["type"]["const"], **said}
        if "properties" in schema:
            return self._object(schema, path, skip="") if required or self._is_touched(path) else None
        return self._said(schema, path, required=required)

    def _said(self, schema: Schema, path: str, *, required: bool) -> Any:
        """The value of a single control, or of a list."""
        typed = self.typed.get(path, "").strip()
        if (listed := _parted(schema)) is not None:
            if typed == OTHER:
                group = next(one for one in schema["anyOf"] if "properties" in one)
                return self._object(group, path, skip="")
            return typed or (listed[0] if required else None)
        if schema.get("type") == "array":
            return self._list(schema, path, typed, required=required)
        if schema.get("type") == "boolean":
            return True if typed else None
        return self._plain(schema, path, typed, required=required)

    def _object(self, schema: Schema, path: str, *, skip: str) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for key, part in schema["properties"].items():
            if key == skip or key in self.leave_out:
                continue
            value = self._value(part, _join(path, key), required=key in schema.get("required", ()))
            if value is not None:
                said[key] = value
            elif _may_be_null(part):
                said[key] = None
        return said

    def _list(self, schema: Schema, path: str, typed: str, *, required: bool) -> list[Any] | None:
        items = self._resolved(schema["items"])
        if _is_plain(items):
            return [word for word in re.split(r"[,\s]+", typed) if word] or None
        found = [
            self._value(items, _join(path, str(number)), required=True) for number in self._numbers(path)
        ]
        if not found and required:
            self.errors.setdefault(path, []).append(_("Add at least one."))
        return found or None

    def _plain(self, schema: Schema, path: str, typed: str, *, required: bool) -> str | None:
        if not typed:
            if required:
                self.errors.setdefault(path, []).append(_("This is needed."))
            return None
        if _is_number(schema):
            typed = typed.replace(" ", "")
            if typed.count(",") == 1 and "." not in typed:
                typed = typed.replace(",", ".")
            if not re.fullmatch(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", typed):
                self.errors.setdefault(path, []).append(_("Write a number such as 29.90."))
                return None
        return typed

    def _is_touched(self, path: str) -> bool:
        """Whether something was said below a place that nobody has to fill in."""
        return any(
            key.startswith(f"{path}-") and said.strip() and not key.endswith(("-count", "-gone", "-type"))
            for key, said in self.typed.items()
        )


# Not needed by the contract, but by people.
ALWAYS = frozenset({"name", "tax", "up_to", "unit_amount", "flat_amount", "amount", "timing", "included"})


def typed_from(value: Any, path: str = "") -> dict[str, str]:
    """What would have to be typed for a value."""
    if isinstance(value, Mapping):
        is_parted = path.rpartition("-")[2] == "period"
        found = {path: OTHER} if is_parted else {}
        for key, part in value.items():
            found |= typed_from(part, _join(path, key))
        return found
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        found = {f"{path}-count": str(len(value))}
        for number, part in enumerate(value):
            found |= typed_from(part, _join(path, str(number)))
        return found
    if isinstance(value, list):
        return {path: ", ".join(str(part) for part in value)}
    if isinstance(value, bool):
        return {path: "on"} if value else {}
    return {} if value is None else {path: str(value)}


def edited(typed: Typed, act: str) -> dict[str, str]:
    """What is typed after a part was added to a list (`add:charges`) or taken out of it (`remove:charges-0`)."""
    verb, _colon, path = act.partition(":")
    after = dict(typed)
    if verb == "add":
        count = after.get(f"{path}-count", "0")
        after[f"{path}-count"] = str(int(count) + 1 if count.isdigit() else 1)
    elif verb == "remove":
        after[f"{path}-gone"] = "1"
    return after


def _join(path: str, key: str) -> str:
    return f"{path}-{key}" if path else key


def _all(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all((*node.parts, *node.more))


def _parted(schema: Schema) -> list[str] | None:
    """The words of an enum whose other values are said in parts."""
    kinds = schema.get("anyOf", ())
    if any("properties" in one for one in kinds):
        return [str(word) for one in kinds for word in one.get("enum", ())]
    return None


def _is_plain(schema: Schema) -> bool:
    return "properties" not in schema and "oneOf" not in schema


def _is_number(schema: Schema) -> bool:
    kinds = schema.get("anyOf", ())
    return any(one.get("type") in ("number", "integer") or "decimal" in one.get("$ref", "") for one in kinds)


def _may_be_null(schema: Schema) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", ()))
