"""Which model thinks: the embedded planner, or a language model when one is configured."""

from agents import Model, OpenAIProvider, set_tracing_disabled

from todoku_chat.settings import Settings

OPENAI = "https://api.openai.com/v1"


def choose_model(settings: Settings) -> Model:
    """Without key and address nothing leaves the machine."""
    # The SDK would send traces to OpenAI as soon as there is a key.
    set_tracing_disabled(True)
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    if not key and not settings.openai_base_url:
        from todoku_chat.planner import EmbeddedModel

        return EmbeddedModel()
    provider = OpenAIProvider(
        # Endpoints on one's own machine take any key, the client wants one.
        api_key=key or "none",
        # The client would take a variable that is empty for an address.
        base_url=settings.openai_base_url or OPENAI,
        # Compatible endpoints speak chat completions; few speak responses.
        use_responses=settings.openai_base_url is None,
    )
    return provider.get_model(settings.openai_model)
