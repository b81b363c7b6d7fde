import jwt
from todoku_mcp.tokens import Minter


class TestMinter:
    def test_a_verifier_of_the_published_keys_accepts_the_token(self, minter: Minter) -> None:
        token = minter.mint("ann", "tasks:read", "assistant")
        (published,) = minter.jwks()["keys"]
        assert jwt.get_unverified_header(token)["kid"] == published["kid"]
        claims = jwt.decode(
            token,
            jwt.PyJWK(published),
            algorithms=["EdDSA"],
            audience="todoku",
            issuer="http://127.0.0.1:8104",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["sub"] == "ann"

    def test_publishes_no_private_part(self, minter: Minter) -> None:
        (published,) = minter.jwks()["keys"]
        assert "d" not in published

    def test_the_key_id_is_the_thumbprint_of_rfc_7638(self, minter: Minter) -> None:
        (published,) = minter.jwks()["keys"]
        assert len(published["kid"]) == 43
        assert minter.public_jwk() == published
