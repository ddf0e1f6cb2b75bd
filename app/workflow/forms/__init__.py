"""Forms: what a person fills in, drawn in form-js, read strictly. `docs/forms.md`."""

from app.workflow.forms.components import Component, Option
from app.workflow.forms.form import Form, form_of
from app.workflow.forms.library import FOLDER, form_keys, form_named, forms_in, load_forms

__all__ = ["FOLDER", "Component", "Form", "Option", "form_keys", "form_named", "form_of", "forms_in", "load_forms"]
