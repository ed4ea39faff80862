"""What a proposed project says, and whether it says enough."""

from __future__ import annotations

from dataclasses import dataclass

from hkbio_gmp.facilities.rules.pseudonyms import LONGEST, SHAPE, qualified
from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.texts import is_plain

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class ProjectProposal:
    """A project as its organisation describes it; codes as typed."""

    code: str
    organisation: str
    facility: str
    title: str
    product: str
    process_class: str
    vector: str | None = None
    infectious: bool = False
    open_processing: bool = True


def proposal_problems(proposal: ProjectProposal) -> list[FieldError]:
    """What is wrong with the words of a proposal, all at once."""
    wrong = []
    code = qualified(proposal.organisation, proposal.code)
    if not SHAPE.fullmatch(code) or len(code) > LONGEST:
        wrong.append(
            FieldError(
                "code",
                Message("“{code}” cannot be a project's code.", code=proposal.code[:LONGEST]),
                Message("Use capital letters, digits and hyphens, at most {most}.", most=LONGEST),
            )
        )
    texts = {"title": proposal.title, "product": proposal.product}
    if proposal.vector:
        texts["vector"] = proposal.vector
    return wrong + [_text_problem(name) for name, text in texts.items() if not _fits(text)]


def _fits(text: str) -> bool:
    one_line = "\n" not in text and "\r" not in text
    return bool(text.strip()) and len(text) <= LONGEST_TEXT and one_line and is_plain(text)


def _text_problem(field: str) -> FieldError:
    return FieldError(
        field,
        Message("The text is empty, too long, or holds a control character."),
        Message("Write 1 to {most} characters on one line.", most=LONGEST_TEXT),
    )
