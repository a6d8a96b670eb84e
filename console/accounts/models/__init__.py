from console.accounts.models.agent import Agent
from console.accounts.models.agent_freeze import AgentFreeze, Stops
from console.accounts.models.api_key import ApiKey
from console.accounts.models.idempotency import IdempotentAnswer
from console.accounts.models.invitation import Invitation
from console.accounts.models.membership import Membership
from console.accounts.models.notices_seen import NoticesSeen
from console.accounts.models.subject import Subject
from console.accounts.models.user import User

__all__ = [
    "Agent",
    "AgentFreeze",
    "ApiKey",
    "IdempotentAnswer",
    "Invitation",
    "Membership",
    "NoticesSeen",
    "Stops",
    "Subject",
    "User",
]
