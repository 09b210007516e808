"""Sign in to a user pool by SRP: the password proves itself and is never sent.

Production's client allows nothing else (PasswordSignIn=false). What Cognito computes is described
with its USER_SRP_AUTH flow: SRP-6a (RFC 5054) over the 3072-bit group of RFC 3526 and SHA-256.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Any

# A number everybody knows, and no secret.
_N = int(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"  # pragma: allowlist secret
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"  # pragma: allowlist secret
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"  # pragma: allowlist secret
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05"  # pragma: allowlist secret
    "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb"  # pragma: allowlist secret
    "9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"  # pragma: allowlist secret
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718"  # pragma: allowlist secret
    "3995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33"  # pragma: allowlist secret
    "a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7"  # pragma: allowlist secret
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864"  # pragma: allowlist secret
    "d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e2"  # pragma: allowlist secret
    "08e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",  # pragma: allowlist secret
    16,
)
_G = 2
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NotSignedIn(Exception):
    """The pool asks for more than a password; the message says what."""


def sign_in_by_srp(cognito: Any, pool: str, client: str, email: str, password: str) -> str:
    """An access token. Raises NotSignedIn, and boto3's ClientError for a wrong password."""
    private = secrets.randbits(1024)
    public = pow(_G, private, _N)
    asked = cognito.initiate_auth(
        AuthFlow="USER_SRP_AUTH",
        ClientId=client,
        AuthParameters={"USERNAME": email, "SRP_A": f"{public:x}"},
    )
    given = _must_ask_for("PASSWORD_VERIFIER", asked)["ChallengeParameters"]
    user, name = given["USER_ID_FOR_SRP"], pool.split("_", 1)[1]
    key = _session_key(f"{name}{user}:{password}", given, private, public)
    block, when = given["SECRET_BLOCK"], _timestamp(datetime.now(UTC))
    proved = name.encode() + user.encode() + base64.b64decode(block) + when.encode()
    answered = cognito.respond_to_auth_challenge(
        ClientId=client,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses={
            "USERNAME": user,
            "TIMESTAMP": when,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(_mac(key, proved)).decode(),
        },
    )
    token: str = _must_ask_for(None, answered)["AuthenticationResult"]["AccessToken"]
    return token


def _must_ask_for(challenge: str | None, answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("ChallengeName") != challenge:
        raise NotSignedIn(
            f"the pool asks for {answer.get('ChallengeName') or 'nothing'}: sign this user in once"
            " by hand, without a second factor"
        )
    return answer


def _session_key(identity: str, given: dict[str, str], private: int, public: int) -> bytes:
    theirs, salt = int(given["SRP_B"], 16), int(given["SALT"], 16)
    if theirs % _N == 0:
        raise NotSignedIn("the pool sent a key that would give the password away")
    mixed = int.from_bytes(_hash(_bytes(public) + _bytes(theirs)))
    verifier = int.from_bytes(_hash(_bytes(salt) + _hash(identity.encode())))
    multiplier = int.from_bytes(_hash(_bytes(_N) + _bytes(_G)))
    base = theirs - multiplier * pow(_G, verifier, _N)
    shared = pow(base, private + mixed * verifier, _N)
    return _mac(_mac(_bytes(mixed), _bytes(shared)), b"Caldera Derived Key\x01")[:16]


def _bytes(number: int) -> bytes:
    """Big-endian, with a zero byte before a first bit that could be taken for a sign."""
    return number.to_bytes(number.bit_length() // 8 + 1)


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def _timestamp(now: datetime) -> str:
    """`Sun Nov 29 12:05:07 UTC 2026`, whatever this machine's language."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    return f"{day} {month} {now.day} {now:%H:%M:%S} UTC {now.year}"
