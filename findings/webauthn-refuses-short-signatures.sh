#!/usr/bin/env bash
# One would guess that a library for passkeys accepts every valid signature. ECDSA signatures hold two integers in DER, which leaves out leading
# zeros: one of 256 in each place is shorter than 32 bytes. @passwordless-id/webauthn reads 32 bytes at fixed places, so that 1 of 128 sign-ins
# with ES256, the algorithm of most authenticators, is refused; the next try works, so nobody finds out. Node's crypto accepts all of them.
# Who verifies ES256: let the platform read DER, or pad each integer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @passwordless-id/webauthn@2.4.0
cat >verify.mjs <<'SCRIPT'
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { server } from '@passwordless-id/webauthn';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
const hash = (data) => createHash('sha256').update(data).digest();
const origin = 'http://localhost:8787';
const authenticatorData = Buffer.concat([hash('localhost'), Buffer.from([5, 0, 0, 0, 0])]);
const refused = { library: 0, node: 0 };
const rounds = 4000;
for (let round = 0; round < rounds; round++) {
  const challenge = String(round);
  const client = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin }));
  const signed = Buffer.concat([authenticatorData, hash(client)]);
  const signature = sign('sha256', signed, privateKey);
  if (!verify('sha256', signed, publicKey, signature)) refused.node++;
  const response = {
    authenticatorData: authenticatorData.toString('base64url'),
    clientDataJSON: client.toString('base64url'),
    signature: signature.toString('base64url'),
  };
  const credential = { id: 'x', algorithm: 'ES256', publicKey: spki };
  const expected = { origin, challenge, userVerified: true, counter: 0 };
  await server
    .verifyAuthentication({ id: 'x', response }, credential, expected)
    .catch(() => refused.library++);
}
console.log(`${rounds} valid signatures: @passwordless-id/webauthn 2.4.0 refuses ${refused.library}, node:crypto ${refused.node}`);
process.exit(refused.library > 0 && refused.node === 0 ? 0 : 1);
SCRIPT
node verify.mjs
