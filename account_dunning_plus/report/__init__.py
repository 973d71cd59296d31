from . import account_discount_report
