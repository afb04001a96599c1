"""News agencies named in the fields that producers fill in."""

from __future__ import annotations

import re

# The agency's usual name and the other names that credits and bylines print.
_AGENCIES = {
    "AFP": ("Agence France-Presse", "Agence France Presse"),
    "AP": ("Associated Press", "The Associated Press"),
    "Reuters": ("Thomson Reuters", "REUTERS"),
    "dpa": ("DPA", "Deutsche Presse-Agentur"),
    "EFE": ("Agencia EFE",),
    "ANSA": (),
    "TASS": ("ITAR-TASS",),
    "Xinhua": ("Xinhua News Agency",),
    "Kyodo": ("Kyodo News",),
    "PTI": ("Press Trust of India",),
    "Yonhap": ("Yonhap News Agency",),
    "Lusa": (),
}
_NAMES = {name: agency for agency, others in _AGENCIES.items() for name in (agency, *others)}
_NAME = re.compile(
    r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(_NAMES, key=len, reverse=True))) + r")(?!\w)"
)


def agencies_of(credit: str | None, byline: str | None) -> list[dict[str, str]]:
    """Agencies as `Agency` fields, in the order found, each once."""
    found: dict[str, str] = {}
    for evidence, field in (("credit", credit), ("byline", byline)):
        for name in _NAME.findall(field) if field else ():
            found.setdefault(_NAMES[name], evidence)
    return [{"name": a, "role": "provider", "evidence": e} for a, e in found.items()]
