"""Ed25519 verification as RFC 8032 section 5.1.7 writes it, and what a reader needs around it: slow, obvious, and none of our code."""
import base64
import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _x_of(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _add(a, b):
    """Extended coordinates (x, y, z, x*y/z), section 5.1.4."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def _times(number, point):
    out = (0, 1, 1, 0)
    while number:
        if number & 1:
            out = _add(out, point)
        point = _add(point, point)
        number >>= 1
    return out


def _point(octets):
    y = int.from_bytes(octets, "little")
    x = _x_of(y & (1 << 255) - 1, y >> 255)
    return None if x is None else (x, y & (1 << 255) - 1, 1, x * (y & (1 << 255) - 1) % P)


_BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_x_of(_BASE_Y, 0), _BASE_Y, 1, _x_of(_BASE_Y, 0) * _BASE_Y % P)


def verify(public, message, signature):
    """True when the 64 bytes are the key's (32 bytes) signature of the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    """RFC 8785 for what a notice holds: ASCII member names and whole numbers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def verify_jws(jws, payload, jwks):
    """Checks a detached JWS (RFC 7515 appendix F) over the payload with the key of the JWKS that it names."""
    header, nothing, signature = jws.split(".")
    head = json.loads(unbase64url(header))
    if nothing or set(head) != {"alg", "kid"} or head["alg"] != "EdDSA":
        return False
    keys = [key for key in jwks["keys"] if key["kid"] == head["kid"] and key["kty"] == "OKP" and key["crv"] == "Ed25519"]
    signed = header.encode() + b"." + base64.urlsafe_b64encode(payload).rstrip(b"=")
    return len(keys) == 1 and verify(unbase64url(keys[0]["x"]), signed, unbase64url(signature))
