// Writes the syntax trees of the Bicep files that it is given: [{file, root: {type, row, text, field, error, children}}].
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));

const plain = node => ({
  type: node.type,
  row: node.startPosition.row + 1,
  text: node.text,
  // A token that is missing is no named child.
  error: node.isError || node.isMissing || node.children.some(child => child.isMissing),
  children: node.namedChildren.map(plain),
});

// The grammar knows no parameter files: their assignments look like those of variables.
const source = file => readFileSync(file, 'utf8').replace(/^param (?=\w+ =)/gm, file.endsWith('.bicepparam') ? 'var ' : '$&');
const trees = process.argv.slice(2).map(file => ({ file, root: plain(parser.parse(source(file)).rootNode) }));
process.stdout.write(JSON.stringify(trees));
