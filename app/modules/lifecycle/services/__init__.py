"""What happens in a product's life outside of its cases: it is followed."""

from app.modules.lifecycle.services.following import begin

__all__ = ["begin"]
