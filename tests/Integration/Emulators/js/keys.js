// Usage: node keys.js <vault uri> <token>, with the emulator's authority in NODE_EXTRA_CA_CERTS. Prints OK or fails.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { CryptographyClient, KeyClient } from "@azure/keyvault-keys";

const [vault, token] = process.argv.slice(2);
const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
const options = { disableChallengeResourceVerification: true };
const keys = new KeyClient(vault, credential, options);
const cryptography = (key) => new CryptographyClient(key, credential, options);
const secret = randomBytes(32);

await assert.rejects(keys.getKey("js-kek"), { code: "KeyNotFound", statusCode: 404 });

const created = await keys.createRsaKey("js-kek", { keySize: 2048 });
assert.equal(created.id, `${vault}keys/js-kek/${created.properties.version}`);
const read = await keys.getKey("js-kek");
assert.equal(read.id, created.id);
assert.deepEqual(read.key.n, created.key.n);
assert.equal(read.properties.enabled, true);
assert.equal(read.properties.recoveryLevel, "Recoverable+Purgeable");

const wrapped = {};
for (const algorithm of ["RSA-OAEP-256", "RSA-OAEP"]) {
  // With the id the service wraps; with the key the client does.
  for (const target of [created.id, read]) {
    const result = await cryptography(target).wrapKey(algorithm, secret);
    assert.equal(result.keyID, created.id);
    wrapped[algorithm] = result.result;
    const opened = await cryptography(created.id).unwrapKey(algorithm, result.result);
    assert.deepEqual(Buffer.from(opened.result), secret);
  }
}

const rotated = await keys.rotateKey("js-kek");
assert.notEqual(rotated.id, created.id);
assert.equal((await keys.getKey("js-kek")).id, rotated.id);
assert.equal((await keys.getKey("js-kek", { version: created.properties.version })).id, created.id);
const old = await cryptography(created.id).unwrapKey("RSA-OAEP-256", wrapped["RSA-OAEP-256"]);
assert.deepEqual(Buffer.from(old.result), secret);
const newest = cryptography(`${vault}keys/js-kek`);
const again = await newest.wrapKey("RSA-OAEP-256", secret);
assert.equal(again.keyID, rotated.id);
assert.deepEqual(Buffer.from((await newest.unwrapKey("RSA-OAEP-256", again.result)).result), secret);
await assert.rejects(
  newest.unwrapKey("RSA-OAEP-256", wrapped["RSA-OAEP-256"]), { code: "BadParameter", statusCode: 400 });

const versions = [];
for await (const version of keys.listPropertiesOfKeyVersions("js-kek")) versions.push(version.version);
assert.deepEqual(versions.sort(), [created.properties.version, rotated.properties.version].sort());

await keys.updateKeyProperties("js-kek", created.properties.version, { enabled: false });
await assert.rejects(cryptography(created.id).unwrapKey("RSA-OAEP-256", wrapped["RSA-OAEP-256"]), { statusCode: 403 });

const deletion = await keys.beginDeleteKey("js-kek");
assert.equal((await deletion.pollUntilDone()).name, "js-kek");
await keys.purgeDeletedKey("js-kek");
console.log("OK");
