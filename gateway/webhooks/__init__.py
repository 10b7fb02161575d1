'''Others are told what happens here: a rating, a call-back, a modem in quarantine.

An event is written in the transaction of the fact it tells of, and told to each hook that wants its kind: posted as
JSON, signed, again and again until it is taken. So it comes at least once, a repeated one under the same id
(`Idempotency-Key`, and `id` in the body); those of one visit, or of one modem, come in the order in which they
happened, whatever becomes of others.

How a receiver knows that it is us, and that it is now (`X-Otklik-Signature: t=<unix seconds>,v1=<hex>`):

    import hashlib, hmac, time

    def is_genuine(secret: bytes, header: str, body: bytes, window_s: float = 300) -> bool:
        """Whether `body`, the octets as they came, was signed with `secret` in the last `window_s` seconds."""
        try:
            fields = dict(field.split("=", 1) for field in header.split(","))
            stamp, given = fields["t"], fields["v1"]
            age_s = abs(time.time() - int(stamp))
        except (KeyError, ValueError):
            return False
        wanted = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(wanted.encode(), given.encode()) and age_s <= window_s

It answers 2xx once the event is safe with it, and answers a repeated id the same without doing it twice. What it
refuses (4xx) while it takes others is told no more and becomes a dead letter; what fails is told again.
'''
