{
    "name": "Dunning and Follow-up Plus: Sales",
    "summary": "Salespeople see how a customer pays before they sell on",
    "version": "19.0.1.7.0",
    "category": "Accounting/Accounting",
    "license": "LGPL-3",
    "author": "account_dunning_plus contributors",
    "website": "https://account-dunning-plus.example.com",
    "depends": ["account_dunning_plus", "sale"],
    "data": [
        "security/account_dunning_plus_sale_security.xml",
        "views/sale_order_views.xml",
    ],
    "demo": ["demo/sale_order_demo.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
