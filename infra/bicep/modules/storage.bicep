// A storage account that knows no shared keys: identities only.

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
@description('Standard_LRS keeps three copies in one building, Standard_ZRS in three zones; Standard_GZRS more in another region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param sku string
@description('Containers that are made.')
param containers string[]
@description('Days that deleted and overwritten blobs can be brought back. Null: they are gone at once.')
@minValue(1)
@maxValue(365)
param blobRecoveryDays int?
@description('Whether the account can be reached by a private endpoint only.')
param isPrivate bool
@description('Public addresses or CIDR blocks that reach the account nevertheless. Empty and not private: all of them, with a token.')
param allowedNetworks string[]
@description('Where metrics and, if asked for, requests are logged to.')
param workspaceId string
@description('Log each request to the tables or blobs. It costs per request; the addresses in it are the app\'s and operators\'.')
param logRequests bool
@description('Nobody deletes the account by accident.')
param deleteLock bool

var blobRecovery = blobRecoveryDays == null ? { enabled: false } : { enabled: true, days: blobRecoveryDays! }

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate && empty(allowedNetworks) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate || !empty(allowedNetworks) ? 'Deny' : 'Allow'
      ipRules: map(allowedNetworks, network => { value: network, action: 'Allow' })
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: blobRecovery
    containerDeleteRetentionPolicy: blobRecovery
    isVersioningEnabled: blobRecovery.enabled
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for containerName in containers: {
    parent: blobs
    name: containerName
    properties: { publicAccess: 'None' }
  }
]

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: tables
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
    logs: [
      { category: 'StorageRead', enabled: logRequests }
      { category: 'StorageWrite', enabled: logRequests }
      { category: 'StorageDelete', enabled: logRequests }
    ]
  }
}

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
    logs: [
      { category: 'StorageRead', enabled: logRequests }
      { category: 'StorageWrite', enabled: logRequests }
      { category: 'StorageDelete', enabled: logRequests }
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds what cannot be made again: see the runbook for deleting everything.'
  }
}

output id string = account.id
output name string = account.name
output blobUri string = account.properties.primaryEndpoints.blob
output tableUri string = account.properties.primaryEndpoints.table
