"""Where SES is: its endpoint of each region, and how the mails that leave there are named.

https://docs.aws.amazon.com/general/latest/gr/ses.html (the endpoints of the API, version 2)
"""

REGIONS = frozenset(
    """
    af-south-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
    ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1
    eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1
    me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1
    """.split()  # noqa: SIM905 - words are read as words
)


def host(region: str) -> str:
    return f"email.{region}.amazonaws.com"


HOSTS = frozenset(map(host, REGIONS))


def message_id(number: str, region: str) -> str:
    """Return the `Message-ID` under which a mail leaves, which SES makes of its own number for it
    (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html)."""
    return f"<{number}@{'email' if region == 'us-east-1' else region}.amazonses.com>"
