// Everything that main.bicep can deploy, with settings that differ from the app's defaults.
using '../../../infra/bicep/main.bicep'

param environmentName = 'keyserver-test'
param location = 'northeurope'
param resourceGroupName = 'keyserver-of-the-tests'
param hostName = 'keys.example.org'
param bindHostName = true
param did = 'did:web:example.org'
param keyringFingerprint = '00112233445566778899aabbccddeeff'
param settings = {
  plcDirectory: 'https://plc.example.org'
  nameServers: ['192.0.2.53', '192.0.2.54:5353']
  securityContact: 'mailto:security@example.org'
  mode: 'ReadOnly'
  maintenancePerSecond: 51
  replay: 'All'
  createKeypairOnPublicRead: false
  publicCreationsPerHour: 1001
  accessLogRetentionDays: 91
  accessLogIpAddresses: 'Off'
  accessLogStrict: false
  rateLimitsEnabled: false
  trustedProxies: 2
  anonymousPerMinute: 301
  refusedTokensPerMinute: 61
  resolutionsPerMinute: 62
  logReadsPerMinute: 1201
  malformedTokensPerMinute: 601
  tokenResolutionsPerMinute: 602
  allResolutionsPerMinute: 6001
  readsPerMinute: 1201
  changesPerMinute: 121
  additionsPerDay: 51
  denialsPerMinute: 31
  newGroupsPerMinute: 61
  rotationsPerHour: 301
  webDomainCallers: 11
  sharedWebHosts: ['github.io', 'pages.dev']
  deniedDids: ['did:plc:first', 'did:plc:second']
  deniedNetworks: ['192.0.2.0/24', '2001:db8::/32']
}
param scale = {
  memoryMB: 4096
  alwaysReady: 1
  maximumInstances: 10
  concurrency: 64
}
param zoneRedundant = true
param placeholders = false
param uniqueHostName = false
param dataRedundancy = 'Standard_GRS'
param dataAccountName = 'restored'
param kekNames = ['kek-1', 'kek-2']
param hsm = true
param kekSize = 4096
param kekDays = 180
param vaultRecoveryDays = 30
param privateNetwork = true
param networkPrefix = '10.91.0.0/24'
param operatorNetworks = ['198.51.100.0/24']
param copies = true
param logStorageRequests = true
param logRetentionDays = 60
param logQuotaGb = 1
param alertEmails = ['first@example.org', 'second@example.org']
param runbooks = 'https://example.org/OPERATIONS.md'
param deleteLocks = true
param tags = { owner: 'tests' }
