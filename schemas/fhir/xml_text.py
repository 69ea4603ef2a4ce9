"""FHIR XML read as FHIR JSON, once, at the door: one form goes on.

Our own reader, along fhir.resources' models: that library's own one turns
1.500 into 1.5, drops what it does not know without a word and stops at the
first problem. What comes out here goes to the referee like any JSON.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec
from lxml import etree
from pydantic import BaseModel

from schemas.failures import Problem, Refused
from schemas.fhir.models import Element, Model, Version, elements, model_of, version_of

_FHIR = "{http://hl7.org/fhir}"
_XHTML_DIV = "{http://www.w3.org/1999/xhtml}div"
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,20})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_of_xml(body: bytes) -> tuple[bytes, list[Problem]]:
    """A FHIR resource in XML as JSON bytes, decimals with their digits, and what had no place in JSON (not-valid).

    Raises Refused (body-not-readable): not well formed, not UTF-8, a document type declaration, no FHIR.
    """
    reader = _Reader()
    resource = reader.resource(_parse(body), "", "R4B")
    return _ENCODER.encode(resource), reader.problems


def _parse(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        body.decode()
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused([Problem("body-not-readable", detail="it is not well-formed XML in UTF-8")]) from None
    if root.getroottree().docinfo.doctype:
        raise Refused([Problem("body-not-readable", detail="it has a document type declaration")])
    if not str(root.tag).startswith(_FHIR):
        raise Refused([Problem("body-not-readable", detail="it is not in the name space of FHIR")])
    return root


class _Reader:
    """Reads elements along the models; ``problems`` are what has no place in JSON and would be lost there."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def resource(self, node: etree._Element, path: str, within: Version) -> dict[str, Any]:
        kind = _name(node)
        profiles: list[Any] = [found.get("value") for found in node.iterfind(f"{_FHIR}meta/{_FHIR}profile")]
        version = version_of(kind, profiles, {_name(child) for child in node}, within)
        model = model_of(kind, version)
        if model is None:
            self._problem(path, "a FHIR resource is needed here")
            return {}
        return {"resourceType": kind, **self._object(node, model, path or kind, version)}

    def _object(self, node: etree._Element, model: Model, path: str, version: Version) -> dict[str, Any]:
        known = elements(model)
        found: dict[str, Any] = {}
        for attribute, text in node.attrib.items():
            if attribute in ("id", "url") and attribute in known:
                found[str(attribute)] = text
            else:
                self._problem(path, "an attribute that FHIR does not have here")
        if any(text and text.strip() for text in (node.text, *(child.tail for child in node))):
            self._problem(path, "text outside of a value")
        children: dict[str, list[etree._Element]] = {}
        for child in node:
            children.setdefault(_name(child), []).append(child)
        for name, nodes in children.items():
            element = known.get(name)
            if element is None or name.startswith("_"):
                self._problem(path, "an element that FHIR does not have here")
            elif len(nodes) > 1 and not element.many:
                self._problem(f"{path}.{name}", "one value is needed here, no list")
            else:
                self._member(found, name, nodes, element, known.get(f"_{name}"), f"{path}.{name}", version)
        return found

    def _member(
        self,
        found: dict[str, Any],
        name: str,
        nodes: list[etree._Element],
        element: Element,
        beside: Element | None,
        path: str,
        version: Version,
    ) -> None:
        """Put the values of one element under its name; ids and extensions of primitives under ``_name``."""
        values: list[Any] = []
        besides: list[Any] = []
        for index, node in enumerate(nodes):
            place = f"{path}[{index}]" if element.many else path
            if element.kind == "Resource":
                values.append(self._held(node, place, version))
            elif not isinstance(element.kind, str):
                values.append(self._object(node, element.kind, place, version))
            elif node.tag == _XHTML_DIV:
                values.append(etree.tostring(node, encoding="unicode", with_tail=False))
            else:
                text = node.attrib.pop("value", None)
                values.append(None if text is None else _value(str(text), element.kind))
                extended = beside.kind if beside is not None else None
                if len(node) or node.attrib or node.text:
                    model = extended if isinstance(extended, type) else _Bare
                    besides.append(self._object(node, model, place, version) or None)
                else:
                    besides.append(None)
        for key, each in ((name, values), (f"_{name}", besides)):
            if any(value is not None for value in each):
                found[key] = each if element.many else each[0]

    def _held(self, node: etree._Element, path: str, version: Version) -> dict[str, Any]:
        """A resource inside its holder (``contained``, ``resource``)."""
        if len(node) != 1 or node.attrib:
            self._problem(path, "a FHIR resource is needed here")
            return {}
        return self.resource(node[0], path, version)

    def _problem(self, path: str, detail: str) -> None:
        self.problems.append(Problem("not-valid", path or None, detail))


class _Bare(BaseModel):
    """A primitive that may hold no extension: any child or attribute of it is a problem."""


def _name(node: etree._Element) -> str:
    tag = str(node.tag)
    return "div" if tag == _XHTML_DIV else tag.removeprefix(_FHIR)


def _value(text: str, kind: str) -> str | bool | int | Decimal:
    """A value as its JSON type; what does not read as that stays text, and the referee says so."""
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "decimal" and _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
