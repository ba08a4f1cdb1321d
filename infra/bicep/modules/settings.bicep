// Builds the app's settings. Creates no resources.
import { keyserverSettings } from '../types.bicep'

@description('The DID of this server.')
param did string
@description('https://{host}, without a path.')
param publicOrigin string
@description('The table endpoint of the data account, without a trailing slash.')
param tablesUri string
@description('The KEK, without a version.')
param kekUri string
@description('Pins the keyring: the 32 hex digits in the log of the first start. Empty: not pinned.')
param keyringFingerprint string
param settings keyserverSettings

// The app's defaults.
var defaults = {
  plcDirectory: 'https://plc.directory'
  nameServers: []
  securityContact: ''
  mode: 'Normal'
  maintenancePerSecond: 50
  replay: 'Off'
  createKeypairOnPublicRead: true
  publicCreationsPerHour: 1000
  accessLogRetentionDays: 90
  accessLogIpAddresses: 'Truncated'
  accessLogStrict: true
  rateLimitsEnabled: true
  trustedProxies: 1
  anonymousPerMinute: 300
  logReadsPerMinute: 1200
  malformedTokensPerMinute: 600
  refusedTokensPerMinute: 60
  resolutionsPerMinute: 60
  tokenResolutionsPerMinute: 600
  allResolutionsPerMinute: 6000
  readsPerMinute: 1200
  changesPerMinute: 120
  additionsPerDay: 50
  denialsPerMinute: 30
  newGroupsPerMinute: 60
  rotationsPerHour: 300
  webDomainCallers: 10
  sharedWebHosts: []
  deniedDids: []
  deniedNetworks: []
}
var all = union(defaults, settings)

var named = {
  Keyserver__Did: did
  Keyserver__PublicOrigin: publicOrigin
  Keyserver__PlcDirectory: all.plcDirectory
  Keyserver__Tables__ServiceUri: tablesUri
  Keyserver__KeyVault__KeyId: kekUri
  Keyserver__KeyVault__KeyringFingerprint: keyringFingerprint
  Keyserver__SecurityContact: all.securityContact
  Keyserver__Mode: all.mode
  Keyserver__MaintenancePerSecond: string(all.maintenancePerSecond)
  Keyserver__Replay: all.replay
  Keyserver__CreateKeypairOnPublicRead: string(all.createKeypairOnPublicRead)
  Keyserver__PublicCreationsPerHour: string(all.publicCreationsPerHour)
  Keyserver__AccessLog__RetentionDays: string(all.accessLogRetentionDays)
  Keyserver__AccessLog__IpAddresses: all.accessLogIpAddresses
  Keyserver__AccessLog__Strict: string(all.accessLogStrict)
  Keyserver__RateLimits__Enabled: string(all.rateLimitsEnabled)
  Keyserver__RateLimits__TrustedProxies: string(all.trustedProxies)
  Keyserver__RateLimits__AnonymousPerMinute: string(all.anonymousPerMinute)
  Keyserver__RateLimits__LogReadsPerMinute: string(all.logReadsPerMinute)
  Keyserver__RateLimits__MalformedTokensPerMinute: string(all.malformedTokensPerMinute)
  Keyserver__RateLimits__RefusedTokensPerMinute: string(all.refusedTokensPerMinute)
  Keyserver__RateLimits__ResolutionsPerMinute: string(all.resolutionsPerMinute)
  Keyserver__RateLimits__TokenResolutionsPerMinute: string(all.tokenResolutionsPerMinute)
  Keyserver__RateLimits__AllResolutionsPerMinute: string(all.allResolutionsPerMinute)
  Keyserver__RateLimits__ReadsPerMinute: string(all.readsPerMinute)
  Keyserver__RateLimits__ChangesPerMinute: string(all.changesPerMinute)
  Keyserver__RateLimits__AdditionsPerDay: string(all.additionsPerDay)
  Keyserver__RateLimits__DenialsPerMinute: string(all.denialsPerMinute)
  Keyserver__RateLimits__NewGroupsPerMinute: string(all.newGroupsPerMinute)
  Keyserver__RateLimits__RotationsPerHour: string(all.rotationsPerHour)
  Keyserver__RateLimits__WebDomainCallers: string(all.webDomainCallers)
}
var nameServers = toObject(
  range(0, length(all.nameServers)),
  i => 'Keyserver__NameServers__${i}',
  i => all.nameServers[i]
)
var sharedWebHosts = toObject(
  range(0, length(all.sharedWebHosts)),
  i => 'Keyserver__RateLimits__SharedWebHosts__${i}',
  i => all.sharedWebHosts[i]
)
var deniedDids = toObject(
  range(0, length(all.deniedDids)),
  i => 'Keyserver__RateLimits__DeniedDids__${i}',
  i => all.deniedDids[i]
)
var deniedNetworks = toObject(
  range(0, length(all.deniedNetworks)),
  i => 'Keyserver__RateLimits__DeniedNetworks__${i}',
  i => all.deniedNetworks[i]
)

output values object = union(named, nameServers, sharedWebHosts, deniedDids, deniedNetworks)
