// Types that several files share.

@export()
@description('How the server behaves. What is left out has the default of the app, which modules/settings.bicep repeats.')
type keyserverSettings = {
  @description('Base URL of the PLC directory.')
  plcDirectory: string?
  @description('IP addresses of the name servers that look up hosts of did:web, at most 3. None: those of the system.')
  nameServers: string[]?
  @description('Whom to tell of a vulnerability, in /.well-known/security.txt: an https URL or mailto:…')
  securityContact: string?
  @description('The kill switch.')
  mode: ('Normal' | 'ReadOnly' | 'Offline')?
  @description('Changes a second that an operator\'s rotation makes: 1 to 10000.')
  @minValue(1)
  @maxValue(10000)
  maintenancePerSecond: int?
  @description('Which calls a token is good for once only.')
  replay: ('Off' | 'Procedures' | 'All')?
  @description('Whether asking for the public key of an account that never called makes its keypair.')
  createKeypairOnPublicRead: bool?
  @minValue(0)
  @maxValue(1000000)
  publicCreationsPerHour: int?
  @minValue(30)
  @maxValue(180)
  accessLogRetentionDays: int?
  @description('What the access log keeps of a caller\'s address.')
  accessLogIpAddresses: ('Off' | 'Truncated' | 'Full')?
  @description('Whether a key waits for its row of the access log.')
  accessLogStrict: bool?
  rateLimitsEnabled: bool?
  @description('Proxies that append to X-Forwarded-For: 1 on Azure Functions, one more behind a front door of yours.')
  @minValue(0)
  @maxValue(8)
  trustedProxies: int?
  anonymousPerMinute: int?
  malformedTokensPerMinute: int?
  refusedTokensPerMinute: int?
  resolutionsPerMinute: int?
  tokenResolutionsPerMinute: int?
  allResolutionsPerMinute: int?
  readsPerMinute: int?
  changesPerMinute: int?
  @description('How often one account may add another to groups in a UTC day.')
  @minValue(1)
  @maxValue(1000000)
  additionsPerDay: int?
  denialsPerMinute: int?
  newGroupsPerMinute: int?
  rotationsPerHour: int?
  @description('How many callers\' budgets all did:web accounts of one domain share: 1 to 100.')
  @minValue(1)
  @maxValue(100)
  webDomainCallers: int?
  @description('Hosts that give names below them to strangers: each name is a domain.')
  sharedWebHosts: string[]?
  @description('Accounts that are refused.')
  deniedDids: string[]?
  @description('Addresses or CIDR blocks that are refused.')
  deniedNetworks: string[]?
}

@export()
@description('How much of the app runs, and when.')
type scaling = {
  @description('Memory of an instance.')
  memoryMB: 512 | 2048 | 4096
  @description('Instances that wait for calls at all times: they are paid for. A PDS waits 10 s, and a cold start takes seconds.')
  @minValue(0)
  @maxValue(1000)
  alwaysReady: int
  @description('Instances at most.')
  @minValue(1)
  @maxValue(1000)
  maximumInstances: int
  @description('Calls that one instance serves at once. Below 64, rows of the access log are not batched well.')
  @minValue(64)
  @maxValue(1000)
  concurrency: int
}
