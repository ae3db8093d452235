"""The HTTP edge: the webhook, health and metrics. It is handed callables and knows no bot."""
