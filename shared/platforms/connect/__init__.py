"""Amazon Connect: telephone calls of a contact centre, by its contact events and contact records."""

CHANNELS = ("connect_phone",)
"""`phone` is Twilio's. One company may have numbers at both, which are called back through different platforms, and a
channel has one platform that speaks on it; identities are of one namespace, `phone`, since they are telephone
numbers."""

DELIVERED_BY = "calls"

RECEIVING = {"connect_phone": "Amazon Connect bills each minute: 0.038 USD, and the call itself by country"}
