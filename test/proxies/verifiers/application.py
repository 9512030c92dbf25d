"""Reads a header a line, as JSON, and says who is signed in, around what the page teaches."""
import json
import sys

import jwt
from identity import who_is_signed_in

for line in sys.stdin:
    try:
        claims = who_is_signed_in(json.loads(line))
        answer = {"userId": claims["sub"], "sessionId": claims["sid"], "roles": claims["roles"]}
    except jwt.PyJWTError as error:
        answer = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
