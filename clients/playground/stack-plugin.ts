import type { Connect, Plugin } from 'vite';

/** The variables that `./run.sh --playground` sets. */
const variables = ['PLAYGROUND_KEYSERVER_DID', 'PLAYGROUND_KEYSERVER', 'PLAYGROUND_PDS'] as const;

/** Serves `/stack.json`, which tells the page what it is connected to, and limits the page to that. */
export function stackPlugin(): Plugin {
  return {
    name: 'stack',
    configureServer: ({ middlewares }) => {
      middlewares.use('/stack.json', answer);
    },
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((_, response, next) => {
        for (const [name, value] of Object.entries(headers())) response.setHeader(name, value);
        next();
      });
      middlewares.use('/stack.json', answer);
    },
  };
}

const answer: Connect.SimpleHandleFunction = (_, response) => {
  const [keyserverDid, keyserver, pds] = stack();
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify({ keyserverDid, keyserver, pds }));
};

function headers(): Record<string, string> {
  const [, keyserver, pds] = stack();
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      `connect-src 'self' ${keyserver} ${pds}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}

function stack(): string[] {
  return variables.map((name) => {
    const value = process.env[name];
    if (!value) throw new Error(`${name} is not set. Use ./run.sh --playground.`);
    return value;
  });
}
