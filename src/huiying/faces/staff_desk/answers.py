"""Everything about answers at the desk, in one list of addresses."""

from huiying.faces.staff_desk import answer_editor, answer_review, co_signing, standard_answers

urls = [*answer_editor.urls, *answer_review.urls, *co_signing.urls, *standard_answers.urls]
