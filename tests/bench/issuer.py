"""An issuer of access tokens on loopback: no front end runs beside what is measured."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_ID = "bench"
HOUR = 3600


class Issuer:
    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key()))
        content = json.dumps({"keys": [public | {"kid": KEY_ID, "alg": "EdDSA"}]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """The table is the only output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def variables(self) -> dict[str, str]:
        return {"AUTH_ISSUER": self.url, "AUTH_JWKS_URL": f"{self.url}/jwks"}

    def token(self, user_id: str) -> str:
        claims = {
            "iss": self.url,
            "aud": "todoku",
            "sub": user_id,
            "scope": "tasks:read tasks:write",
            "exp": int(time.time()) + HOUR,
        }
        return jwt.encode(claims, self._key, "EdDSA", {"kid": KEY_ID})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
