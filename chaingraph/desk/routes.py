"""Every address of the desk, and the view that answers it."""

from __future__ import annotations

from chaingraph.desk.desk import View
from chaingraph.desk.views import (
    bringing,
    firm,
    history,
    leads,
    maps,
    papers,
    projects,
    reviewing,
    round,
    settings,
    today,
)

# In the bar at the top, by the first part of their address.
TABS = ("today", "bring", "review", "leads", "round", "firm", "maps", "projects", "papers", "history")

ROUTES: tuple[tuple[str, str, View], ...] = (
    ("GET", "/", today.today),
    ("GET", "/bring", bringing.bring),
    ("POST", "/bring/files", bringing.bring_files),
    ("POST", "/bring/text", bringing.bring_text),
    ("GET", "/bring/<token>", bringing.preview),
    ("POST", "/bring/<token>/take", bringing.take),
    ("POST", "/bring/<token>/as", bringing.take_as),
    ("POST", "/bring/<token>/drop", bringing.drop),
    ("GET", "/review", reviewing.review),
    ("POST", "/review/decide", reviewing.decide_fact),
    ("POST", "/review/back", reviewing.take_back),
    ("POST", "/review/write", reviewing.write_decisions),
    ("GET", "/leads", leads.leads),
    ("POST", "/leads/take", leads.take),
    ("GET", "/leads/<name>", leads.lead),
    ("POST", "/leads/<name>/<what>", leads.act),
    ("GET", "/firm", firm.firm),
    ("POST", "/firm/why", firm.ask_why),
    ("POST", "/firm/confirm", firm.confirm),
    ("GET", "/maps", maps.maps),
    ("POST", "/maps/run", maps.begin),
    ("POST", "/maps/end", maps.end),
    ("GET", "/maps/files/<name>", maps.file),
    ("GET", "/round", round.look),
    ("POST", "/round/assign", round.assign),
    ("POST", "/round/write", round.write),
    ("POST", "/round/merge", round.merge),
    ("GET", "/papers", papers.look),
    ("POST", "/papers/<kind>", papers.make),
    ("GET", "/papers/<path:name>", papers.paper),
    ("GET", "/projects", projects.projects),
    ("POST", "/projects", projects.add),
    ("GET", "/projects/<name>", projects.project),
    ("POST", "/projects/<name>/<what>", projects.act),
    ("GET", "/history", history.history),
    ("GET", "/history/<name>", history.one_version),
    ("POST", "/history/undo", history.undo),
    ("GET", "/settings", settings.settings),
    ("POST", "/settings", settings.choose),
    ("POST", "/language", settings.speak),
)
