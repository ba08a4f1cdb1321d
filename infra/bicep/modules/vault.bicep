// The vault and the key-encryption keys. Private keys never leave the vault; the app may wrap and unwrap.

@minLength(3)
@maxLength(24)
param name string
param location string
param tags object
@description('Names of the KEKs. The last one wraps; the others only unwrap. Existing keys are not changed.')
@minLength(1)
param kekNames string[]
@description('Uses RSA-HSM keys (premium tier).')
param hsm bool
@allowed([2048, 3072, 4096])
param keySize int
@description('Lifetime of a key version in days. It is rotated 30 days before it expires.')
@minValue(60)
@maxValue(1095)
param keyDays int
@description('When the first version expires, in seconds since 1970.')
param keyExpiry int = dateTimeToEpoch(dateTimeAdd(utcNow(), 'P${keyDays}D'))
@description('Days in which a deleted vault or key can be recovered. Cannot be reduced or bypassed later.')
@minValue(7)
@maxValue(90)
param recoveryDays int
param isPrivate bool
param allowedNetworks string[]
param workspaceId string
param deleteLock bool

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: hsm ? 'premium' : 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: recoveryDays
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isPrivate && empty(allowedNetworks) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate || !empty(allowedNetworks) ? 'Deny' : 'Allow'
      ipRules: map(allowedNetworks, network => { value: network })
    }
  }
}

resource keks 'Microsoft.KeyVault/vaults/keys@2025-05-01' = [
  for kek in kekNames: {
    parent: vault
    name: kek
    tags: tags
    properties: {
      kty: hsm ? 'RSA-HSM' : 'RSA'
      keySize: keySize
      keyOps: ['wrapKey', 'unwrapKey']
      attributes: {
        enabled: true
        exp: keyExpiry
      }
      rotationPolicy: {
        attributes: { expiryTime: 'P${keyDays}D' }
        lifetimeActions: [
          {
            trigger: { timeBeforeExpiry: 'P30D' }
            action: { type: 'rotate' }
          }
          {
            trigger: { timeBeforeExpiry: 'P15D' }
            action: { type: 'notify' }
          }
        ]
      }
    }
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
    // Writes to AZKVAuditLogs, which the alerts query.
    logAnalyticsDestinationType: 'Dedicated'
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Without these keys, all stored data is unreadable. See the runbook for deleting everything.'
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
output kekUri string = '${vault.properties.vaultUri}keys/${last(kekNames)}'
