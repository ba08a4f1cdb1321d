// Metric names for alerts and workbook. Tag values come from small fixed sets: a method, an error name, a timer,
// a dependency. They never identify an account, a group, an address or a key.

@export()
var metrics = {
  // counter; method, status (2xx, 4xx, 5xx; gone: the client disconnected), error (the name, or none)
  calls: 'keyserver.calls'
  duration: 'keyserver.calls.duration' // histogram, seconds; method
  refusedTokens: 'keyserver.tokens.refused' // counter; error
  keyReads: 'keyserver.keys.read' // counter; kind (group, keypair), outcome (granted, denied)
  heavyCallers: 'keyserver.callers.heavy' // counter; callers that exceeded 10,000 reads in an hour on one instance
  tampered: 'keyserver.storage.tampered' // counter; table
  // histogram, seconds; dependency (tables, vault, directory; web: hosts of did:web), outcome (ok, throttled, failed)
  dependency: 'keyserver.dependency.duration'
  // counter; cache (tokens, documents, account_keys, memberships), outcome (hit, miss)
  cacheLookups: 'keyserver.cache.lookups'
  accessLogLost: 'keyserver.accesslog.lost' // counter, entries
  accessLogTables: 'keyserver.accesslog.tables' // gauge
  keyringRows: 'keyserver.keyring.rows' // gauge; state (current, old), kek
  kekExpires: 'keyserver.kek.expires' // gauge; days until the current KEK version expires
  timerRuns: 'keyserver.timers.runs' // counter; timer, outcome (ok, failed)
  unfinished: 'keyserver.unfinished' // gauge; kind (deletions, rotations)
}
