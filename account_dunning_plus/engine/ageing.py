"""How old a debt is, in the steps in which credit control looks at it."""

AGEING = (("current", 0), ("1_30", 30), ("31_60", 60), ("61_90", 90), ("older", None))
"""Each bucket with the most days overdue that it holds, None for no end; oldest last."""


def ageing_bucket(days: int) -> str:
    """The bucket of an item.

    :param days: days past the due date; 0 or less is not overdue
    """
    return next(key for key, most in AGEING if most is None or days <= most)
