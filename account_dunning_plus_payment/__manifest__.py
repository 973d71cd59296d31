{
    "name": "Dunning and Follow-up Plus: Online Payment",
    "summary": "Customers pay what they choose of their open items online, all at once",
    "version": "19.0.1.7.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning_plus contributors",
    "website": "https://account-dunning-plus.example.com",
    "depends": ["account_dunning_plus", "account_payment"],
    "data": ["views/account_dunning_page_templates.xml"],
    "auto_install": True,
}
