"""What a text becomes before it reaches the file: itself, or bytes that only the key decrypts."""

import hashlib
import hmac
import os

NONCE = 12  # bytes; AES-GCM's own size, drawn at random for every text


def content_hash(prompt, response):
    """A name that follows from the content alone: SHA-256 of prompt, zero byte and response, 64 hexadecimal digits."""
    return hashlib.sha256(f"{prompt}\0{response}".encode()).hexdigest()


class PlainText:
    """Texts stay as they are; hashes are plain, so anyone who knows a text can name it."""

    def encrypt(self, text, label):
        return text

    def decrypt(self, encrypted, label):
        return encrypted

    def fingerprint(self, prompt, response=""):
        return content_hash(prompt, response)


class Cipher:
    """Texts become AES-GCM ciphertexts (NIST SP 800-38D), hashes become HMACs: neither tells anything without the key.

    passphrase: text. salt: bytes kept in the file, so that the same passphrase gives another key for another file.
    The key comes from scrypt (Percival 2009), which is slow on purpose: trying many passphrases costs 16 MiB and some hundredths
    of a second each.
    """

    def __init__(self, passphrase, salt):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        keys = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1, dklen=64)
        self._cipher, self._hash_key = AESGCM(keys[:32]), keys[32:]

    def encrypt(self, text, label):
        """text -> bytes. label: where it belongs; the same bytes in another place cannot be decrypted."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), label.encode())

    def decrypt(self, encrypted, label):
        """bytes -> text. Raises ValueError if a bit has changed, the place is another or the key is wrong."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(encrypted[:NONCE], encrypted[NONCE:], label.encode()).decode()
        except (InvalidTag, TypeError, ValueError):
            why = "the file was changed outside the store"
            raise ValueError(f"The text {label[:12]} cannot be decrypted: {why}.") from None

    def can_decrypt(self, encrypted, label):
        """Whether the key is the one that encrypted it."""
        try:
            return self.decrypt(encrypted, label) is not None
        except ValueError:
            return False

    def fingerprint(self, prompt, response=""):
        """The content hash, made with the key: a plain hash would confirm anyone's guess of a short text."""
        return hmac.new(self._hash_key, content_hash(prompt, response).encode(), "sha256").hexdigest()
