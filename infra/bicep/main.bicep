// All Azure resources of the keyserver, in their own resource group. See docs/DEPLOYMENT.md.
targetScope = 'subscription'

import { keyserverSettings, scaling } from 'types.bicep'

@description('Short name of this deployment, part of all resource names, such as keyserver-dev or keyserver-prod.')
@minLength(2)
@maxLength(24)
param environmentName string

@description('The region. It must support Flex Consumption: az functionapp list-flexconsumption-locations.')
param location string

@description('The resource group to create.')
param resourceGroupName string = 'rg-${environmentName}'

@description('The host name that clients call, such as keys.example.com. Empty: the default host name of the app.')
param hostName string = ''

@description('Binds hostName and creates its certificate. The DNS records must exist; see the outputs.')
param bindHostName bool = false

@description('The DID of this server. Empty: did:web of the host name. Changing it later affects every client.')
param did string = ''

@description('Pins the keyring: the 32 hex digits in the log of the first start.')
param keyringFingerprint string = ''

@description('Settings that differ from the app\'s defaults.')
param settings keyserverSettings = {}

@description('Instance size and scaling.')
param scale scaling = {
  memoryMB: 2048
  alwaysReady: 0
  maximumInstances: 40
  concurrency: 100
}

@description('Distributes the instances over availability zones, if the region has them.')
param zoneRedundant bool = false

@description('False works around a .NET 10 start-up crash on some Flex Consumption instances. Cold starts are slower.')
param placeholders bool = true

@description('Adds region and tenant to the default host name, so that nobody can reuse it after the app is deleted.')
param uniqueHostName bool = true

@description('Redundancy of the tables: Standard_ZRS uses three zones, Standard_GZRS also another region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param dataRedundancy string = 'Standard_ZRS'

@description('The data account, after a restore into a new account (see the runbook). Empty: the original one.')
@maxLength(24)
param dataAccountName string = ''

@description('KEK names. The last one wraps, the others unwrap. A new one makes erased data in old copies unreadable.')
@minLength(1)
param kekNames string[] = ['kek-1']

@description('Keeps the KEKs in an HSM (premium tier).')
param hsm bool = false

@description('KEK size in bits.')
@allowed([2048, 3072, 4096])
param kekSize int = 3072

@description('Lifetime of a KEK version in days. It is rotated 30 days before it expires.')
@minValue(60)
@maxValue(1095)
param kekDays int = 365

@description('Days in which a deleted vault or key can be recovered. Cannot be reduced later.')
@minValue(7)
@maxValue(90)
param vaultRecoveryDays int = 90

@description('Uses private endpoints for tables, vault and host storage, and one fixed outbound address.')
param privateNetwork bool = false

@description('Address range of the private network: a /24 or larger.')
param networkPrefix string = '10.90.0.0/24'

@description('Public networks from which operators can reach tables, copies and vault, with a token. No /31 or /32.')
param operatorNetworks string[] = []

@description('Creates an account for copies of the tables and tombstones. The app has no access to it.')
param copies bool = true

@description('Logs every storage request. Expensive: each call makes two to four requests.')
param logStorageRequests bool = false

@description('Log retention in days. Logs may contain caller addresses: see docs/PRIVACY.md.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Maximum gigabytes of logs per day; -1 for no limit.')
param logQuotaGb int = 5

@description('E-mail addresses that receive alerts. Empty: alerts are only shown in the portal.')
param alertEmails string[] = []

@description('Address of docs/OPERATIONS.md with the runbooks. Every alert links to it.')
param runbooks string = 'docs/OPERATIONS.md'

@description('Protects vault, data and copies against deletion.')
param deleteLocks bool = false

@description('Tags of all resources.')
param tags object = {}

var allTags = union({ 'azd-env-name': environmentName, application: 'atp-keyserver' }, tags)
var token = uniqueString(subscription().id, environmentName, location)
var short = take(replace(toLower(environmentName), '-', ''), 9)
var packageContainer = 'package'
var names = {
  app: 'func-${environmentName}-${token}'
  plan: 'plan-${environmentName}'
  hostAccount: 'sth${short}${take(token, 11)}'
  dataAccount: empty(dataAccountName) ? 'std${short}${take(token, 11)}' : dataAccountName
  copyAccount: 'stc${short}${take(token, 11)}'
  vault: 'kv-${short}-${take(token, 11)}'
  workspace: 'log-${environmentName}'
  insights: 'appi-${environmentName}'
  network: 'vnet-${environmentName}'
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: allTags
}

module observability 'modules/observability.bicep' = {
  scope: group
  name: 'observability'
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyQuotaGb: logQuotaGb
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  name: 'network'
  params: {
    name: names.network
    location: location
    tags: allTags
    addressPrefix: networkPrefix
  }
}

module hostStorage 'modules/storage.bicep' = {
  scope: group
  name: 'host-storage'
  params: {
    name: names.hostAccount
    location: location
    tags: allTags
    sku: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
    containers: [packageContainer]
    blobRecoveryDays: 7
    isPrivate: privateNetwork
    allowedNetworks: []
    workspaceId: observability.outputs.workspaceId
    logRequests: false
    deleteLock: false
  }
}

module dataStorage 'modules/storage.bicep' = {
  scope: group
  name: 'data-storage'
  params: {
    name: names.dataAccount
    location: location
    tags: allTags
    sku: dataRedundancy
    containers: []
    blobRecoveryDays: null
    isPrivate: privateNetwork
    allowedNetworks: operatorNetworks
    workspaceId: observability.outputs.workspaceId
    logRequests: logStorageRequests
    deleteLock: deleteLocks
  }
}

module copyStorage 'modules/storage.bicep' = if (copies) {
  scope: group
  name: 'copy-storage'
  params: {
    name: names.copyAccount
    location: location
    tags: allTags
    sku: dataRedundancy
    containers: ['copies', 'tombstones']
    blobRecoveryDays: 30
    isPrivate: privateNetwork
    allowedNetworks: operatorNetworks
    workspaceId: observability.outputs.workspaceId
    logRequests: true
    deleteLock: deleteLocks
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  name: 'vault'
  params: {
    name: names.vault
    location: location
    tags: allTags
    kekNames: kekNames
    hsm: hsm
    keySize: kekSize
    keyDays: kekDays
    recoveryDays: vaultRecoveryDays
    isPrivate: privateNetwork
    allowedNetworks: operatorNetworks
    workspaceId: observability.outputs.workspaceId
    deleteLock: deleteLocks
  }
}

module tableEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  scope: group
  name: 'table-endpoint'
  params: {
    name: 'pe-${names.dataAccount}-table'
    location: location
    tags: allTags
    resourceId: dataStorage.outputs.id
    part: 'table'
    zoneName: 'privatelink.table.${environment().suffixes.storage}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module blobEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  scope: group
  name: 'blob-endpoint'
  params: {
    name: 'pe-${names.hostAccount}-blob'
    location: location
    tags: allTags
    resourceId: hostStorage.outputs.id
    part: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module vaultEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  scope: group
  name: 'vault-endpoint'
  params: {
    name: 'pe-${names.vault}'
    location: location
    tags: allTags
    resourceId: vault.outputs.id
    part: 'vault'
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module app 'modules/app.bicep' = {
  scope: group
  name: 'app'
  params: {
    planName: names.plan
    name: names.app
    location: location
    tags: allTags
    scale: scale
    zoneRedundant: zoneRedundant
    hostBlobUri: hostStorage.outputs.blobUri
    packageContainer: packageContainer
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    uniqueHostName: uniqueHostName
    workspaceId: observability.outputs.workspaceId
  }
}

module access 'modules/access.bicep' = {
  scope: group
  name: 'access'
  params: {
    principalId: app.outputs.principalId
    hostAccountName: hostStorage.outputs.name
    dataAccountName: dataStorage.outputs.name
    vaultName: vault.outputs.name
    kekNames: kekNames
    insightsName: observability.outputs.insightsName
  }
}

var publicHost = empty(hostName) ? app.outputs.hostName : hostName
var publicDid = empty(did) ? 'did:web:${publicHost}' : did

module keyserver 'modules/settings.bicep' = {
  scope: group
  name: 'settings'
  params: {
    did: publicDid
    publicOrigin: 'https://${publicHost}'
    tablesUri: 'https://${names.dataAccount}.table.${environment().suffixes.storage}'
    kekUri: vault.outputs.kekUri
    keyringFingerprint: keyringFingerprint
    settings: settings
  }
}

module appSettings 'modules/appsettings.bicep' = {
  scope: group
  name: 'app-settings'
  params: {
    appName: app.outputs.name
    keyserver: keyserver.outputs.values
    hostAccountName: hostStorage.outputs.name
    insightsConnectionString: observability.outputs.connectionString
    placeholders: placeholders
  }
  dependsOn: [access]
}

module domain 'modules/domain.bicep' = if (bindHostName) {
  scope: group
  name: 'domain'
  params: {
    appName: app.outputs.name
    hostName: hostName
    location: location
    tags: allTags
  }
  dependsOn: [appSettings]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    prefix: environmentName
    location: location
    tags: allTags
    origin: 'https://${publicHost}'
    emails: alertEmails
    runbooks: runbooks
    insightsId: observability.outputs.insightsId
    workspaceId: observability.outputs.workspaceId
    dataAccountId: dataStorage.outputs.id
    vaultId: vault.outputs.id
    appPrincipalId: app.outputs.principalId
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  name: 'workbook'
  params: {
    title: 'Keyserver ${environmentName}'
    location: location
    tags: allTags
    workspaceId: observability.outputs.workspaceId
    runbooks: runbooks
  }
}

output RESOURCE_GROUP string = group.name
output APP_NAME string = app.outputs.name
output APP_PRINCIPAL_ID string = app.outputs.principalId
@description('The app\'s default host name. The CNAME of hostName must point to it.')
output APP_HOST_NAME string = app.outputs.hostName
@description('Value of the TXT record asuid.{hostName}.')
output DOMAIN_VERIFICATION_ID string = app.outputs.verificationId
output PUBLIC_ORIGIN string = 'https://${publicHost}'
output KEYSERVER_DID string = publicDid
@description('Serves the DID document once the app is deployed.')
output DID_DOCUMENT_URL string = 'https://${publicHost}/.well-known/did.json'
output DATA_ACCOUNT string = dataStorage.outputs.name
output DATA_TABLE_URI string = dataStorage.outputs.tableUri
output HOST_ACCOUNT string = hostStorage.outputs.name
output COPY_ACCOUNT string = copies ? copyStorage!.outputs.name : ''
output VAULT_NAME string = vault.outputs.name
output KEK_URI string = vault.outputs.kekUri
output WORKSPACE_ID string = observability.outputs.workspaceId
output OUTBOUND_ADDRESS string = privateNetwork ? network!.outputs.outboundAddress : ''
