"""The project ledger: from the first report to production, every change an event, the state derived from the events.

Example
-------
>>> import tempfile, pathlib
>>> from chaingraph.ledger.events import Act
>>> from chaingraph.ledger.rules import load_rules
>>> from chaingraph.ledger.opening import open_ledger
>>> folder = tempfile.TemporaryDirectory()
>>> with open_ledger(pathlib.Path(folder.name, "ledger.db"), load_rules("jiaxing"), create=True) as ledger:
...     facts = {"project": "示例一期", "investor": "示例甲有限公司", "capital": "foreign", "investment_m": 120.0,
...              "currency": "USD", "place": "平湖市"}
...     _ = ledger.record(Act("entered", "p1", "2024-03-01", "平湖市投促局", "首次接触", facts))
...     done = ledger.record(Act("reported", "p1", "2024-03-04", "平湖市投促局", "首报", {"place": "平湖市"}))
>>> done.answer, done.values["until"]
('exclusive', '2024-04-04')
>>> folder.cleanup()
"""
