// Validates documents against lexicons. Arguments: the lexicon files. A line of input is
// {nsid, part, document}, where part is "output" or "input"; a line of output is null or the error.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Lexicons } from '@atproto/lexicon';

const lexicons = new Lexicons(process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8'))));

function check({ nsid, part, document }) {
  try {
    if (part === 'output') lexicons.assertValidXrpcOutput(nsid, document);
    else lexicons.assertValidXrpcInput(nsid, document);
    return null;
  } catch (e) {
    return String(e);
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(check(JSON.parse(line)))}\n`);
