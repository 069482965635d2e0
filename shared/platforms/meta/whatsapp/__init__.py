"""WhatsApp Cloud API: messages, their fates, calls, and what becomes of the people's ids.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""
