from lxml import etree
from odoo import models


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _compile(self, template):
        """Compile the text of many reminders once, not anew for each of them.

        Only while a batch of reminders is rendered; its context holds what is compiled.
        """
        compiled = self.env.context.get("dunning_compiled")
        if compiled is None or not isinstance(template, etree._Element):
            return super()._compile(template)
        options = (self.env.context.get(name) or False for name in self._get_template_cache_keys())
        key = (etree.tostring(template), *options)
        if key not in compiled:
            compiled[key] = super()._compile(template)
        return compiled[key]
