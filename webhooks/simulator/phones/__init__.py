"""The phones on the page: what people type there becomes signed webhooks."""
