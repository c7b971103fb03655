"""The effects of a conversation with somebody who was invited to a team."""

from dataclasses import dataclass

from flows.shapes import Effect


@dataclass(frozen=True, slots=True)
class CheckInvitation(Effect):
    """Look whether whoever is writing can accept the invitation; refuses as JoinTeam does, but for the name.

    Results: `event`, its names.
    """

    words: str


@dataclass(frozen=True, slots=True)
class JoinTeam(Effect):
    """Note that whoever is writing wants to join the team; they may do nothing until an admin confirms them.

    Refuses `no_such_invitation`, `invitation_ended`, `in_team_already`, `join_declined`, `no_phone_to_join`.
    Results: `event`, its names.
    """

    words: str
    full_name: str
    language: str
    """The one that they chose; empty: none."""
