// A storage account without shared keys: access by identities only.

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
@description('Standard_LRS uses one data center, Standard_ZRS three zones, Standard_GZRS also another region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param sku string
@description('Containers to create.')
param containers string[]
@description('Days in which deleted and overwritten blobs can be recovered. Null: no recovery.')
@minValue(1)
@maxValue(365)
param blobRecoveryDays int?
@description('Whether the account is reachable only through a private endpoint.')
param isPrivate bool
@description('Public addresses or CIDR blocks that may reach the account. Empty and not private: all, with a token.')
param allowedNetworks string[]
@description('The workspace for metrics and, if enabled, request logs.')
param workspaceId string
@description('Logs every request, which costs per request. The logs contain the addresses of the app and operators.')
param logRequests bool
@description('Protects the account against deletion.')
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
    notes: 'Contains data that cannot be recreated. See the runbook for deleting everything.'
  }
}

output id string = account.id
output name string = account.name
output blobUri string = account.properties.primaryEndpoints.blob
output tableUri string = account.properties.primaryEndpoints.table
