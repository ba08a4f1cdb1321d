// Names of what the app measures, for alerts and workbook: here and nowhere else. The values of tags are few and fixed: a method, the name
// of an error, a timer, a dependency. Never an account, a group, an address or a key.

@export()
var metrics = {
  calls: 'keyserver.calls' // counter; method, status (2xx, 4xx, 5xx; gone: the client did not wait), error (the name, or none)
  duration: 'keyserver.calls.duration' // histogram, seconds; method
  refusedTokens: 'keyserver.tokens.refused' // counter; error
  keyReads: 'keyserver.keys.read' // counter; kind (group, keypair), outcome (granted, denied); an export holds no secret keys
  heavyCallers: 'keyserver.callers.heavy' // counter: a caller passed 10,000 reads in an hour on one instance
  tampered: 'keyserver.storage.tampered' // counter; table
  // histogram, seconds; dependency (tables, vault, directory; web: hosts of did:web), outcome (ok, throttled, failed)
  dependency: 'keyserver.dependency.duration'
  cacheLookUps: 'keyserver.cache.lookups' // counter; cache (tokens, documents, account_keys, memberships), outcome (hit, miss)
  accessLogLost: 'keyserver.accesslog.lost' // counter, entries
  accessLogTables: 'keyserver.accesslog.tables' // gauge
  keyringRows: 'keyserver.keyring.rows' // gauge; state (current, old), kek
  kekExpires: 'keyserver.kek.expires' // gauge, days until the current version of the KEK expires
  timerRuns: 'keyserver.timers.runs' // counter; timer, outcome (ok, failed)
  unfinished: 'keyserver.unfinished' // gauge; kind (deletions, rotations)
}
