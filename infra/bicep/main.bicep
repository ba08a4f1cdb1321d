// Everything that the keyserver needs on Azure, in a resource group of its own. See docs/DEPLOYMENT.md.
targetScope = 'subscription'

import { keyserverSettings, scaling } from 'types.bicep'

@description('A short name for this deployment, in the names of all resources: keyserver-dev, keyserver-prod.')
@minLength(2)
@maxLength(24)
param environmentName string

@description('The region. Flex Consumption is not in all of them: az functionapp list-flexconsumption-locations.')
param location string

@description('The resource group that is made.')
param resourceGroupName string = 'rg-${environmentName}'

@description('The host name that clients call, such as keys.example.com. Empty: the one that Azure gives the app.')
param hostName string = ''

@description('Bind hostName and have Azure make its certificate. Its records must exist: the outputs name them.')
param bindHostName bool = false

@description('The DID of this server. Empty: did:web of the host name. It cannot be changed later without every client noticing.')
param did string = ''

@description('Pins the keyring: the 32 hex digits that the log shows after the first start.')
param keyringFingerprint string = ''

@description('How the server behaves, where it shall not be the app\'s default.')
param settings keyserverSettings = {}

@description('How much of it runs.')
param scale scaling = {
  memoryMB: 2048
  alwaysReady: 0
  maximumInstances: 40
  concurrency: 100
}

@description('Instances in several zones, where the region has them.')
param zoneRedundant bool = false

@description('False works around a crash of .NET 10 at start on some Flex Consumption instances, and makes cold starts slower.')
param placeholders bool = true

@description('The region and the tenant become part of the given host name, so that nobody can take it over once the app is gone.')
param uniqueHostName bool = true

@description('How the tables are kept: Standard_ZRS in three zones, Standard_GZRS also in another region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param dataRedundancy string = 'Standard_ZRS'

@description('The data account, where the tables were restored into a new one: see the runbook. Empty: the first one.')
@maxLength(24)
param dataAccountName string = ''

@description('Names of KEKs. The last is used; the others only open. A new one ends the time in which old copies open what was erased.')
@minLength(1)
param kekNames string[] = ['kek-1']

@description('KEKs in a hardware module, by the premium tier.')
param hsm bool = false

@description('Bits of a KEK.')
@allowed([2048, 3072, 4096])
param kekSize int = 3072

@description('Days that a version of a KEK lives. It is replaced 30 days before.')
@minValue(60)
@maxValue(1095)
param kekDays int = 365

@description('Days that a deleted vault or key can be brought back; can never be shortened.')
@minValue(7)
@maxValue(90)
param vaultRecoveryDays int = 90

@description('Tables, vault and host state are reached by private endpoints only; calls leave by one fixed address.')
param privateNetwork bool = false

@description('The network, if there is one: a /24 or larger.')
param networkPrefix string = '10.90.0.0/24'

@description('Public addresses that reach tables, copies and vault nevertheless, for operators. With a token, as everybody. No /31 or /32.')
param operatorNetworks string[] = []

@description('An account for copies of the tables and of the tombstones, which the app cannot reach.')
param copies bool = true

@description('Log each request to the storage. It costs: two to four requests a call.')
param logStorageRequests bool = false

@description('Days that logs are kept. They hold addresses of callers if the platform logs them: see docs/PRIVACY.md.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of logs a day at most; -1 for no limit.')
param logQuotaGb int = 5

@description('Who is told of alerts. Empty: alerts are only shown.')
param alertEmails string[] = []

@description('Where runbooks are: the address of docs/OPERATIONS.md, which every alert names.')
param runbooks string = 'docs/OPERATIONS.md'

@description('Nobody deletes vault, data and copies by accident.')
param deleteLocks bool = false

@description('For every resource.')
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
@description('Where the app answers; the CNAME of hostName points here.')
output APP_HOST_NAME string = app.outputs.hostName
@description('Value of the TXT record asuid.{hostName}.')
output DOMAIN_VERIFICATION_ID string = app.outputs.verificationId
output PUBLIC_ORIGIN string = 'https://${publicHost}'
output KEYSERVER_DID string = publicDid
@description('Answers with the DID document once the app is deployed.')
output DID_DOCUMENT_URL string = 'https://${publicHost}/.well-known/did.json'
output DATA_ACCOUNT string = dataStorage.outputs.name
output DATA_TABLE_URI string = dataStorage.outputs.tableUri
output HOST_ACCOUNT string = hostStorage.outputs.name
output COPY_ACCOUNT string = copies ? copyStorage!.outputs.name : ''
output VAULT_NAME string = vault.outputs.name
output KEK_URI string = vault.outputs.kekUri
output WORKSPACE_ID string = observability.outputs.workspaceId
output OUTBOUND_ADDRESS string = privateNetwork ? network!.outputs.outboundAddress : ''
