"""What desks say: the class follows from what was given, and a refusal is a refusal."""

from gateway.model import CRITERIA, ReplyClass
from gateway.testimony import DECIDED, TOLD, marked, rated, said


def test_all_criteria_are_a_vector_and_some_are_partial() -> None:
    assert marked(dict.fromkeys(CRITERIA, 4), DECIDED).cls is ReplyClass.VECTOR
    some = marked({"queue": 2}, DECIDED)
    assert (some.cls, some.criteria, some.rating) == (ReplyClass.PARTIAL, {"queue": 2}, None)


def test_one_mark_is_a_rating_with_the_name_of_the_desk() -> None:
    assert (rated(3, TOLD).cls, rated(3, TOLD).rating, rated(3, TOLD).rule) == (ReplyClass.RATING, 3, TOLD)


def test_only_an_opt_out_opts_out() -> None:
    assert [cls for cls in ReplyClass if said(cls, DECIDED).opt_out] == [ReplyClass.OPTOUT]
