// Analyzes Kusto queries against the tables in tables.json. Reads {name: query}, writes {name: [finding]}.
import { readFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import '@kusto/language-service-next/bridge.min.js';
import '@kusto/language-service-next/Kusto.Language.Bridge.min.js';

const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;
const schema = columns => `(${Object.entries(columns).map(([name, type]) => `${name}: ${type}`)})`;
// The library is C# compiled to JavaScript, where overloads are numbered. $ctor7 is (name, schema, description).
const tables = Object.entries(JSON.parse(readFileSync(new URL('tables.json', import.meta.url))))
  .map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, schema(columns), null));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', tables));

const findings = query => {
  const list = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: list.Count }, (_, i) => list.getItem(i))
    .map(({ Code, Message, Start }) => `${Code} at ${Start}: ${Message}`);
};

const queries = Object.entries(await json(process.stdin));
process.stdout.write(JSON.stringify(Object.fromEntries(queries.map(([name, query]) => [name, findings(query)]))));
