"""The pure core of dunning: no ORM, no database, no clock.

Every function here takes explicit facts and an explicit date and returns a
value; only the standard library is imported. The ORM layer gathers the facts,
records what is decided and delivers it.

Amounts are integers in *minor units* of the company's currency (cents for the
euro), so that sums and comparisons are exact.
"""

from . import answers, charges, consumer, costs, discount, incoming_money, interest
from .ageing import AGEING, ageing_bucket
from .allot import COUNTRY_ORDERS, AllotmentOrder, Allotted, allot
from .allot import rank as allot_rank
from .decide import CustomerDecision, ItemDecision, decide
from .discount import (
    DiscountState,
    Grace,
    Offer,
    Outcome,
    Payment,
)
from .facts import BLOCKING_REASONS, CustomerFacts, ItemFacts, Level, Policy, Reason
from .plan_interest import PlanInterest, plan_interest
from .discount_word import TOGETHER_DAYS, Ending, unpaid, word, word_until
from .promise import (
    MOST_INSTALMENTS,
    Instalment,
    PromiseJudgement,
    PromiseState,
    Receipt,
    Rhythm,
    deadline,
    instalment_date,
    instalments_by_amount,
    instalments_by_number,
    judge,
    shrink,
    spread,
)
from .incoming import Failure, delivery_failure, is_automatic, one_line
from .score import Priority, Weights, priority
from .wishes import CustomerDays, Wait, Wishes
from .working_days import EVERY_DAY, WorkingDays

__all__ = [
    "COUNTRY_ORDERS",
    "AllotmentOrder",
    "Allotted",
    "allot",
    "allot_rank",
    "answers",
    "charges",
    "consumer",
    "costs",
    "discount",
    "incoming_money",
    "interest",
    "DiscountState",
    "Grace",
    "Offer",
    "Outcome",
    "Payment",
    "TOGETHER_DAYS",
    "Ending",
    "unpaid",
    "word",
    "word_until",
    "AGEING",
    "ageing_bucket",
    "PlanInterest",
    "plan_interest",
    "shrink",
    "spread",
    "judge",
    "instalments_by_number",
    "instalments_by_amount",
    "instalment_date",
    "deadline",
    "Rhythm",
    "Receipt",
    "PromiseState",
    "PromiseJudgement",
    "Instalment",
    "Failure",
    "delivery_failure",
    "is_automatic",
    "one_line",
    "BLOCKING_REASONS",
    "EVERY_DAY",
    "MOST_INSTALMENTS",
    "CustomerDays",
    "CustomerDecision",
    "CustomerFacts",
    "ItemDecision",
    "ItemFacts",
    "Level",
    "Policy",
    "Priority",
    "Reason",
    "Weights",
    "Wait",
    "Wishes",
    "WorkingDays",
    "decide",
    "priority",
]
