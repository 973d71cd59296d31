from . import account_dunning_assign
from . import account_dunning_dispute_reject
from . import account_dunning_hold
from . import account_dunning_plan_call
from . import account_dunning_reminder
from . import account_dunning_reminder_batch
from . import account_dunning_run_preview
from . import account_payment_register
