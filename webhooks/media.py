"""Pass pictures behind signed, expiring links, for Twilio and visitors."""

from flask import Blueprint, Response, abort, request

from bot.delivery.images import cache as image_cache
from bot.delivery.images import media_links
from bot.delivery.images.handover import Handover, version_of
from bot.delivery.templates import notices
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Invalid

STATUS_OF_REFUSAL = {"expired": 410}
"""HTTP status by what is wrong with the link; any other fault is a link that we never gave: 404."""


def blueprint(service: Service) -> Blueprint:
    """`GET /media/passes/<token>.png`; the token `sample` is of a pass that is nobody's."""
    made = Blueprint("media", __name__)

    @made.get("/media/passes/<token>.png")
    def pass_png(token: str) -> Response:
        if f"{token}.png" == notices.SAMPLE_PICTURE:
            return png(image_cache.sample_image(service.settings.origin))
        try:
            pass_id = media_links.read(token, service.settings.secret_key, service.now())
            return png(_picture(service, pass_id, request.args.get("language", ""), shared="shared" in request.args))
        except Invalid as fault:
            abort(STATUS_OF_REFUSAL.get(fault.code, 404))
        except Refused:
            abort(404)

    return made


def _picture(service: Service, pass_id: int, language: str, *, shared: bool) -> bytes:
    """The picture that the worker has drawn for Twilio, else one drawn now. Raises Refused `no_such_pass`."""
    if not image_cache.is_valid(service, pass_id):
        raise Refused("no_such_pass")
    drawn = Handover(service.redis).take(pass_id, version_of(language, shared=shared))
    return drawn or image_cache.pass_image(service, pass_id, language, shared=shared)


def png(image: bytes) -> Response:
    """The image as an answer that may be kept by whoever asked, but by no shared cache."""
    answer = Response(image, mimetype="image/png")
    answer.add_etag()
    answer.cache_control.private = True
    answer.cache_control.max_age = 300
    answer.make_conditional(request)
    return answer
