"""What pages show of answers: to everybody, to the writer, to the desk."""

from huiying.replies.reads.on_case import replies_on_case
from huiying.replies.reads.public import answers_for_submission, answers_with_parts, latest_answers

__all__ = ["answers_for_submission", "answers_with_parts", "latest_answers", "replies_on_case"]
