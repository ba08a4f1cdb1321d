// Measures the TypeScript client with a cached key, and its cipher alone. Each line of the input names what to call,
// the bytes of plaintext and how long, in milliseconds. The response is the CPU time of a call in microseconds.
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { KeyserverClient } from '../../clients/typescript/dist/index.js';
import { xchacha20poly1305 } from '../../clients/typescript/node_modules/@noble/ciphers/chacha.js';

const group = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends';
const atUri = 'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3laaaaaaaaaa2';
const [key, nonce, associated] = [randomBytes(32), randomBytes(24), Buffer.from(atUri)];

let fetched = 0;
const { content } = KeyserverClient.create('did:web:keys.example.com', async () => 'none', {
  address: 'https://keys.example.com',
  fetch: async () => {
    if (++fetched > 1) throw new Error('The key is not cached.');
    return Response.json({ groupId: group, secretKey: key.toString('hex'), version: 1 });
  },
});

const cipher = () => xchacha20poly1305(key, nonce, associated);

const calls = {
  // V8 joins the pieces of a text when it is read.
  encrypt: (plaintext) => async () =>
    (await content.encrypt(group, atUri, plaintext)).ciphertext.charCodeAt(0),
  decrypt: async (plaintext) => {
    const { ciphertext, keyVersion } = await content.encrypt(group, atUri, plaintext);
    return () => content.decrypt(group, atUri, ciphertext, keyVersion);
  },
  seal: (plaintext) => () => cipher().encrypt(plaintext),
  open: (plaintext) => {
    const sealed = cipher().encrypt(plaintext);
    return () => cipher().decrypt(sealed);
  },
};

console.log(process.version);
for await (const line of createInterface(process.stdin)) {
  const [what, size, milliseconds] = line.split(' ');
  const call = await calls[what](randomBytes(Number(size)));
  const end = performance.now() + Number(milliseconds);
  const before = process.cpuUsage();
  let count = 0;
  for (; performance.now() < end; count++) await call();
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / count);
}
