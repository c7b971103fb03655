"""`/staff/styles`: every part that pages are built of, in development only, to be looked at and checked by tests."""

from flask import Blueprint, render_template

from webhooks import icons


def routes(blueprint: Blueprint) -> None:
    """The page. It says nothing of anybody."""

    @blueprint.get("/styles")
    def styles() -> str:
        return render_template("staff/styles.html", icons=icons.ICONS)
