// Shared types.

@export()
@description('Settings of the server. Omitted ones have the app\'s defaults, which modules/settings.bicep repeats.')
type keyserverSettings = {
  @description('Base URL of the PLC directory.')
  plcDirectory: string?
  @description('IP addresses of up to 3 name servers for did:web hosts. Empty: the system\'s name servers.')
  nameServers: string[]?
  @description('Contact for vulnerability reports in /.well-known/security.txt: an https URL or mailto:…')
  securityContact: string?
  @description('The kill switch.')
  mode: ('Normal' | 'ReadOnly' | 'Offline')?
  @description('Changes per second of an operator\'s rotation: 1 to 10000.')
  @minValue(1)
  @maxValue(10000)
  maintenancePerSecond: int?
  @description('Calls that accept each token only once.')
  replay: ('Off' | 'Procedures' | 'All')?
  @description('Whether a public key read creates the keypair of an account that has none.')
  createKeypairOnPublicRead: bool?
  @minValue(0)
  @maxValue(1000000)
  publicCreationsPerHour: int?
  @minValue(30)
  @maxValue(180)
  accessLogRetentionDays: int?
  @description('How the access log stores caller addresses.')
  accessLogIpAddresses: ('Off' | 'Truncated' | 'Full')?
  @description('Whether a key is returned only after its access log entry is stored.')
  accessLogStrict: bool?
  rateLimitsEnabled: bool?
  @description('Number of proxies that append to X-Forwarded-For: 1 on Azure Functions, plus your own.')
  @minValue(0)
  @maxValue(8)
  trustedProxies: int?
  anonymousPerMinute: int?
  logReadsPerMinute: int?
  malformedTokensPerMinute: int?
  refusedTokensPerMinute: int?
  resolutionsPerMinute: int?
  tokenResolutionsPerMinute: int?
  allResolutionsPerMinute: int?
  readsPerMinute: int?
  changesPerMinute: int?
  @description('How often an account may add the same account to groups per UTC day.')
  @minValue(1)
  @maxValue(1000000)
  additionsPerDay: int?
  denialsPerMinute: int?
  newGroupsPerMinute: int?
  rotationsPerHour: int?
  @description('The did:web accounts of one domain share the limits of this many accounts: 1 to 100.')
  @minValue(1)
  @maxValue(100)
  webDomainCallers: int?
  @description('Hosts whose subdomains belong to different users. Each subdomain counts as its own domain.')
  sharedWebHosts: string[]?
  @description('Blocked accounts.')
  deniedDids: string[]?
  @description('Blocked addresses or CIDR blocks.')
  deniedNetworks: string[]?
}

@export()
@description('Instance size and scaling.')
type scaling = {
  @description('Memory per instance.')
  memoryMB: 512 | 2048 | 4096
  @description('Always-ready instances, which are billed. They avoid cold starts of several seconds.')
  @minValue(0)
  @maxValue(1000)
  alwaysReady: int
  @description('Maximum number of instances.')
  @minValue(1)
  @maxValue(1000)
  maximumInstances: int
  @description('Concurrent calls per instance (docs/adr/0034). Below 64, access log entries are batched poorly.')
  @minValue(64)
  @maxValue(1000)
  concurrency: int
}
