from . import account_dunning_facts
from . import account_dunning_page
from . import payment_transaction
