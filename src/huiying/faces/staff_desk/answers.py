"""Everything about answers at the desk, in one list of addresses."""

from huiying.faces.staff_desk import answer_editor, answer_review, standard_answers

urls = [*answer_editor.urls, *answer_review.urls, *standard_answers.urls]
