"""The web application: requests past the guard to the views, and what they answer as pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chaingraph.desk.desk import Answer, Asked, Desk, NotSetError, Page, Sent, Upload, Went
from chaingraph.desk.guard import COOKIE, RUN_POLICY, answer_headers, refusal
from chaingraph.desk.home import Door
from chaingraph.desk.routes import ROUTES, TABS
from chaingraph.errors import ChaingraphError, MissingExtraError
from chaingraph.labels import both, text
from chaingraph.reading.xlsx import MEGABYTE

if TYPE_CHECKING:
    from flask import Flask, Response

MAX_BODY = 130 * MEGABYTE  # of a request: two large files, or twenty small ones
_MAX_TEXT = 4 * MEGABYTE  # of a form without its files: a pasted text
_ASSETS = {"desk.js": "text/javascript", "desk.css": "text/css"}
_RUN_PAGE = "text/html"


def make_app(desk: Desk, door: Door) -> Flask:
    """The application of one desk.

    Raises
    ------
    MissingExtraError
        When Flask is not installed.
    """
    try:
        from flask import Flask, request
        from werkzeug.exceptions import HTTPException
    except ImportError as error:
        raise MissingExtraError(both("desk.extra")) from error

    app = Flask("chaingraph", static_folder=None, template_folder=str(files("chaingraph") / "library" / "desk"))
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=_MAX_TEXT, MAX_FORM_PARTS=400)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    own = f"/{door.place}"

    def guarded() -> Response | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        status = refusal(door, request.method, request.path, headers, request.cookies.get(COOKIE, ""))
        return _plain(app, desk, "refused", status) if status else None

    def with_headers(response: Response) -> Response:
        for name, value in answer_headers(door).items():
            response.headers.setdefault(name, value)
        return response

    def opened(secret: str) -> Response:
        # The guard has seen the secret. The next request is this page's own, so that the strict cookie goes with it.
        response = _plain(app, desk, "opening", 200)
        response.headers["Refresh"] = f"0; url={own}/"
        response.set_cookie(COOKIE, secret, path=f"{own}/", httponly=True, samesite="Strict")
        return response

    def asset(name: str) -> Response:
        parts = sorted((files("chaingraph") / "library" / "desk").iterdir(), key=lambda part: part.name)
        shared = [files("chaingraph") / "library" / "page" / "base.css"] if name.endswith(".css") else []
        own_parts = [part for part in parts if part.name.endswith(name.rpartition(".")[2])]
        content = "\n".join(part.read_text(encoding="utf-8") for part in [*shared, *own_parts])
        return app.response_class(content, mimetype=_ASSETS[name])

    def failed(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return _plain(app, desk, "too_large" if error.code == 413 else "refused", error.code or 500)
        raise error

    app.before_request(guarded)
    app.after_request(with_headers)
    app.register_error_handler(HTTPException, failed)
    app.add_url_rule(f"{own}/open/<secret>", "open", opened)
    for name in _ASSETS:
        app.add_url_rule(f"{own}/{name}", name, lambda name=name: asset(name))
    app.add_url_rule(f"{own}/alive", "alive", lambda: app.response_class("{}", mimetype="application/json"))
    for method, rule, view in ROUTES:
        app.add_url_rule(
            f"{own}{rule}", f"{method} {rule}", _endpoint(app, desk, own, view), methods=[method], strict_slashes=False
        )
    return app


def _endpoint(app: Flask, desk: Desk, own: str, view: Any) -> Any:
    from flask import request

    def endpoint(**parts: str) -> Response:
        uploads = [
            Upload(one.filename or "", one.read()) for one in request.files.getlist("files") if one.filename or ""
        ]
        form = {name: "\n".join(values) for name, values in request.form.lists()}
        asked = Asked(desk, request.args.to_dict(), form, uploads)
        try:
            answer: Answer = view(asked, **parts)
        except NotSetError as error:
            asked.told(error.in_language(asked.lang), wrong=True)
            answer = Went("/settings")
        except ChaingraphError as error:
            if request.method == "POST":
                asked.told(error.in_language(asked.lang), wrong=True)
                answer = Went(_back(asked.form.get("back", ""), request.path.removeprefix(own)))
            else:
                answer = Page("wrong.html", {"message": error.in_language(asked.lang)})
        return _response(app, asked, own, answer, request.path.removeprefix(own))

    return endpoint


def _back(asked: str, path: str) -> str:
    """The page that a form stood on: an address inside the desk, nothing else."""
    if re.fullmatch(r"/[\w\-./?=&%#]*", asked) and not asked.startswith("//"):
        return asked
    return "/" + path.strip("/").partition("/")[0]


def _response(app: Flask, asked: Asked, own: str, answer: Answer, path: str) -> Response:
    if isinstance(answer, Went):
        from flask import redirect

        response: Response = app.make_response(redirect(f"{own}{answer.to}", 303))
        return response
    if isinstance(answer, Sent):
        response = app.response_class(answer.content, mimetype=answer.kind)
        if answer.name:
            plain = re.sub(r"[^\w.\-]", "_", answer.name, flags=re.ASCII)
            response.headers["Content-Disposition"] = (
                f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(answer.name)}"
            )
        if answer.kind == _RUN_PAGE:
            response.headers["Content-Security-Policy"] = RUN_POLICY
        return response
    return app.response_class(render(app, asked, own, answer, path), mimetype="text/html")


def render(app: Flask, asked: Asked, own: str, page: Page, path: str) -> str:
    """A page as HTML; every value is escaped where it stands."""
    said, asked.desk.said[:] = list(asked.desk.said), []
    chosen = asked.desk.chosen()
    values: Mapping[str, object] = {
        "lang": asked.lang,
        "say": asked.say,
        "word": lambda key, **more: text(key, asked.lang, **more),
        "own": own,
        "path": path,
        "tabs": [(name, asked.say(f"tab_{name}")) for name in TABS],
        "here": path.strip("/").partition("/")[0],
        "case_name": asked.desk.case.name,
        "chosen": chosen,
        "today": asked.desk.today,
        "said": said,
        **page.values,
    }
    return app.jinja_env.get_template(page.template).render(values)


def _plain(app: Flask, desk: Desk, entry: str, status: int) -> Response:
    """A page of one sentence, for whoever is not let in, or not yet."""
    lang = desk.chosen()["lang"]
    page = app.jinja_env.get_template("plain.html").render(lang=lang, sentence=text(f"desk.{entry}", lang))
    return app.response_class(page, status=status, mimetype="text/html")
