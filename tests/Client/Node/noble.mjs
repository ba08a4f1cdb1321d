// Reads [{ key, aad, plaintext }] or [{ key, aad, ciphertext }] (hex, aad as text), does the other half with
// @noble/ciphers, writes a list of hex.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/ciphers/utils.js';

const answers = JSON.parse(readFileSync(0, 'utf8')).map(({ key, aad, plaintext, ciphertext }) => {
  const cipher = (nonce) => xchacha20poly1305(hexToBytes(key), nonce, utf8ToBytes(aad));
  if (ciphertext === undefined) {
    const nonce = randomBytes(24);
    return bytesToHex(concatBytes(nonce, cipher(nonce).encrypt(hexToBytes(plaintext))));
  }
  const message = hexToBytes(ciphertext);
  return bytesToHex(cipher(message.subarray(0, 24)).decrypt(message.subarray(24)));
});
console.log(JSON.stringify(answers));
