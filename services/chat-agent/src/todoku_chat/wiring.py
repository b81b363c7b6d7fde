"""The parts of the service, made once."""

from dataclasses import dataclass, field

from agents import Model
from todoku_platform.app import Context
from todoku_platform.clock import Clock
from todoku_platform.idempotency import Answers

from todoku_chat.assistant import Assistant, HttpClient
from todoku_chat.conversation import ConversationServer
from todoku_chat.exchange import Exchange
from todoku_chat.repository import Conversations
from todoku_chat.service import Chat
from todoku_chat.settings import Settings
from todoku_chat.streams import Streams
from todoku_chat.threads import Threads


@dataclass
class Parts:
    clock: Clock
    answers: Answers
    conversations: Conversations
    exchange: Exchange
    server: ConversationServer
    streams: Streams = field(default_factory=Streams)


def assemble(
    settings: Settings,
    context: Context,
    model: Model,
    *,
    http: HttpClient | None = None,
    conversations: Conversations | None = None,
) -> Parts:
    conversations = conversations or Conversations(context.storage)
    assistant = Assistant(model, settings.mcp_url, http)
    chat = Chat(conversations, assistant, context.clock, settings)
    threads = Threads(conversations, context.clock)
    return Parts(
        context.clock,
        context.answers,
        conversations,
        Exchange(chat, context.clock),
        ConversationServer(threads, chat, context.clock),
    )
