"""What is still to be asked about a lead: nothing that its log has answered."""

from __future__ import annotations

from chaingraph.labels import text
from chaingraph.ledger.work.lead import Lead

_NO_MORE = ("decided_here", "decided_elsewhere")


def still_to_ask(lead: Lead, lang: str) -> list[str]:
    """What nobody has told of a lead yet, as questions to the firm: site, product, size, when, what room, who decides.

    Questions that were put to the firm and have no answer come first; those put to an office of our own are not the
    firm's to answer.

    Examples
    --------
    >>> from chaingraph.ledger.work.lead import Contact
    >>> facts = {"site_status": "comparing", "competing": "常州市", "product": "隔膜", "investment_m": 350.0,
    ...          "expected_on": "2026-03", "site_mu": 120.0}
    >>> lead = Lead("s-1", facts, contacts=(Contact("临海市", {"on": "2025-11-05", "post": "部长", "said": "…"}),))
    >>> still_to_ask(lead, "zh")
    ['与常州市比选，主要看哪些条件，何时定？']
    >>> still_to_ask(Lead("s-1", {**facts, "site_status": "decided_here"}), "zh")
    ['由哪个部门、哪一级决策？']
    """
    facts = lead.facts
    asked = [
        text("work.ask_due", lang, says=each.says, day=each.due)
        for each in lead.questions
        if each.answer is None and each.kind == "question" and not each.to
    ]
    site = str(facts.get("site_status") or "unknown")
    if site == "comparing" and facts.get("competing"):
        places = str(facts["competing"]).replace(";", text("gaps.list_separator", lang))
        asked.append(text("work.ask_compared", lang, places=places))
    elif site == "decided_elsewhere":
        return [*asked, text("work.ask_elsewhere", lang)]
    elif site not in _NO_MORE:
        asked.append(text("work.ask_site_open" if site in ("open", "comparing") else "work.ask_site", lang))
    known = {
        "product": facts.get("product"),
        "size": facts.get("investment_m"),
        "when": facts.get("expected_on"),
        "room": facts.get("carrier") or facts.get("site_mu") or facts.get("floor_m2"),
        "who": any(each.data.get("post") or each.data.get("unit") for each in lead.met),
    }
    return asked + [text(f"work.ask_{name}", lang) for name, value in known.items() if not value]
